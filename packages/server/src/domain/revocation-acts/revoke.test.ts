import { createSecretKey } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { databaseUnderTest } from '../../../testing/database.ts'
import type { Database } from '../../platform/database/database.ts'
import { createClient } from '../clients/create-client.ts'
import { parseClient } from '../clients/parse-client.ts'
import { isTokenRevoked } from '../revocations/moment-after-revocations.ts'
import { recordRevocations } from '../revocations/record-revocations.ts'
import { CONCURRENT_MS } from '../revocations/revocation.ts'
import { migrations } from '../schema/migrations.ts'
import { findSession } from '../sessions/find-session.ts'
import { isSessionLive } from '../sessions/is-session-live.ts'
import { openSession } from '../sessions/open-session.ts'
import { rotateSession } from '../sessions/rotate-session.ts'
import { deleteClient } from './delete-client.ts'
import { type RevocationActDeps, revoke } from './revoke.ts'

const key = { id: 'newest', key: createSecretKey(Buffer.alloc(32)) }
const limits = { idleMilliseconds: 60_000, absoluteMilliseconds: 60_000 }

/** Holds the head of the feed, as a revocation does whose commit is slow. Returns how to let go. */
async function holdFeed(database: Database): Promise<() => Promise<void>> {
  const held = Promise.withResolvers<void>()
  const mayEnd = Promise.withResolvers<void>()
  const holding = database.write(async (tx) => {
    await recordRevocations(tx, [{ kind: 's', identifier: 'another', forgetAt: 1 }])
    held.resolve()
    await mayEnd.promise
  })
  await held.promise
  return () => {
    mayEnd.resolve()
    return holding
  }
}

describe('a revocation that waits for another one', () => {
  const { open } = databaseUnderTest('postgresql')

  const acts: readonly (readonly [
    string,
    (database: Database, clientId: string) => Promise<{ readonly ok: boolean }>,
  ])[] = [
    ['everything', (database) => revoke({ database } as RevocationActDeps, { kind: 'everything' }, 'cli')],
    ['a client', (database, id) => revoke({ database } as RevocationActDeps, { kind: 'client', id }, 'cli')],
    ['a client that is deleted', (database, id) => deleteClient(database, id, 'cli')],
  ]

  test.each(acts)('of %s concerns what sessions gave meanwhile', async (_, act) => {
    const database = await open({ migrations })
    const parsed = parseClient({ name: 'App', type: 'public', redirectUris: ['https://app.example/callback'] })
    if (!parsed.ok) throw new Error(parsed.sentence)
    const { client } = await database.write((tx) => createClient(tx, parsed.client, 'cli'))
    const opening = { accountId: 'acc_ada', clientId: client.id, network: '', userAgent: undefined, methods: [] }
    const grant = { audience: 'https://api.example', scopes: [], limits, refreshKeyId: key.id }
    const { id: sessionId } = await database.write((tx) => openSession(tx, opening, grant))
    const letGo = await holdFeed(database)
    const revoking = act(database, client.id)
    await sleep(2 * CONCURRENT_MS)
    const presented = { sessionId, generation: 0, clientId: client.id }
    const rotated = await database.write((tx) => rotateSession(tx, presented, key))
    await letGo()
    expect(await revoking).toMatchObject({ ok: true })
    if (!rotated.ok) throw new Error(rotated.reason)
    const { session, moment: issuedAt } = rotated
    expect(await isSessionLive(database.read, (await findSession(database.read, sessionId)) ?? session, issuedAt)).toBe(
      false,
    )
    expect(await isTokenRevoked(database.read, { ...session, sessionId, jti: 'a token', issuedAt })).toBe(true)
  })
})
