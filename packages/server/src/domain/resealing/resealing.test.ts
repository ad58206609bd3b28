import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { forEachDatabase } from '../../../testing/database.ts'
import { schemaTables } from '../../../testing/fill-schema.ts'
import { addAccount, addApi, logIn, startTestServer, type TestServer } from '../../../testing/test-server.ts'
import { randomSecret } from '../../platform/random/random.ts'
import { listAuditEvents } from '../audit/list-audit-events.ts'
import { addTotp } from '../totp/totp.ts'
import { needsOlderSecret, resealEverything } from './reseal-everything.ts'
import { selectSealed } from './reseal-store.ts'
import { passingColumns, sealedColumns } from './sealed-columns.ts'

const password = 'seven purple umbrellas'
const audience = 'https://api.example.com'

describe('what is sealed', () => {
  it('every sealed column of the schema is sealed anew, or passes by itself', () => {
    const inSchema = schemaTables.flatMap(({ name: table, columns }) =>
      columns.filter(({ name }) => name.startsWith('sealed')).map(({ name }) => `${table}.${name}`),
    )
    const known = [...sealedColumns.map(({ table, column }) => `${table}.${column}`), ...passingColumns]
    expect(known.toSorted()).toEqual(inSchema.toSorted())
  })
})

forEachDatabase('resealing', ({ createUrl }) => {
  it('after it nothing needs the older secret: keys sign, sessions go on, and it is audited', async () => {
    const databaseUrl = await createUrl()
    const [older, newer] = [randomSecret(), randomSecret()]
    const before = await startTestServer({ databaseUrl, config: { secrets: [older] } })
    const { port, issuer } = before.config
    await addApi(before, { audience })
    await addApi(before, { audience: 'urn:shared', algorithm: 'HS256' })
    const accountId = await addAccount(before, 'ada', password)
    const { database, sealer } = before.running.installation
    const added = { accountId, secret: randomBytes(20), step: 1, network: 'unknown' }
    const session: { refresh_token: string; client_id: string } = await (
      await logIn(before, { username: 'ada', password, audience })
    ).json()
    await database.write((tx) => addTotp(tx, sealer, added))
    await before.stop()

    const between = await startTestServer({ databaseUrl, config: { secrets: [newer, older], issuer, port } })
    const { installation } = between.running
    expect(await needsOlderSecret(installation)).toBe(true)
    const count = await resealEverything(installation)
    expect(count).toBeGreaterThanOrEqual(5)
    expect(await needsOlderSecret(installation)).toBe(false)
    expect(await resealEverything(installation)).toBe(0)
    const events = await listAuditEvents(installation.database.read, { act: 'secret.resealed', limit: 10 })
    expect(events.map(({ actor, detail }) => ({ actor, detail }))).toEqual([{ actor: 'cli', detail: { texts: count } }])
    await between.stop()

    const after = await startTestServer({ databaseUrl, config: { secrets: [newer], issuer, port } })
    await expectAllOpen(after)
    const body = new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: session.refresh_token,
      client_id: 'ostiary',
    })
    const refreshed = await fetch(`${issuer}/token`, { method: 'POST', body })
    expect(refreshed.status).toBe(200)
    await after.stop()
  })
})

async function expectAllOpen({ running }: TestServer): Promise<void> {
  const { database, sealer } = running.installation
  const opened = new Set<string>()
  for (const column of sealedColumns) {
    for (const { key, sealed } of await selectSealed(database.read, column, { after: '', most: 100 })) {
      expect(sealer.open(sealed, column.purposeOf(key)).length).toBeGreaterThan(0)
      opened.add(column.table)
    }
  }
  expect([...opened].toSorted()).toEqual(['api', 'audit_key', 'refresh_key', 'signing_key', 'totp'])
}
