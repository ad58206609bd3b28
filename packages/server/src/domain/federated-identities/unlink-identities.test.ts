import { expect, test } from 'vitest'
import { forEachDatabase } from '../../../testing/database.ts'
import { addPerson } from '../../../testing/organization-scene.ts'
import { createSealer } from '../../platform/sealing/sealing.ts'
import { migrations } from '../schema/migrations.ts'
import { createUpstream } from '../upstreams/create-upstream.ts'
import { parseUpstream } from '../upstreams/parse-upstream.ts'
import { linkIdentity } from './link-identity.ts'
import { listIdentities } from './list-identities.ts'
import { unlinkIdentities } from './unlink-identities.ts'

const there = 'https://work.example'
const gone = 'https://gone.example'

forEachDatabase('identities of an account without a password', ({ open }) => {
  test('the last at a provider that is registered stays, whatever there is at one that was removed', async () => {
    const database = await open({ migrations })
    const parsed = parseUpstream({ id: 'work', name: 'Work', issuer: there, clientId: 'ostiary' })
    if (!parsed.ok) throw new Error(parsed.sentence)
    const sealer = createSealer([Buffer.alloc(32, 7).toString('base64url')])
    const creation = { description: parsed.upstream, clientSecret: undefined, actor: 'cli' } as const
    await database.write((tx) => createUpstream(tx, sealer, creation))
    const accountId = await addPerson(database, 'ada')
    for (const issuer of [gone, there])
      await database.write((tx) => linkIdentity(tx, { issuer, subject: 'ada', accountId, network: 'unknown' }))
    const unlink = (issuer: string) => database.write((tx) => unlinkIdentities(tx, { accountId, issuer }))
    expect(await unlink(there)).toBe(false)
    expect(await unlink(gone)).toBe(true)
    expect(await unlink(there)).toBe(false)
    expect(await listIdentities(database.read, accountId)).toMatchObject([{ issuer: there }])
  })
})
