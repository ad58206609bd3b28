import { expect, test } from 'vitest'
import { onSqlite } from '../../../testing/database.ts'
import type { Queries } from '../../platform/database/database.ts'
import { migrations } from '../schema/migrations.ts'
import { isLive, isSessionLive } from './is-session-live.ts'
import type { Session } from './session.ts'

const now = 1_790_000_000_000
const session = { clientId: 'cli_a', createdAt: now - 1_000, expiresAt: now + 1, endedAt: undefined } as Session

onSqlite('a session', ({ open }) => {
  test('lives before its end', async () => {
    const { read } = await open({ migrations })
    expect(await isSessionLive(read, session, now)).toBe(true)
    expect(isLive(session, {}, now)).toBe(true)
  })
})

test.each<[string, Partial<Session>]>([
  ['has expired at its end', { expiresAt: now }],
  ['has ended', { endedAt: now - 1 }],
])('a session that %s is over, and the database is asked nothing', async (_, changes) => {
  const refuse = () => {
    throw new Error('it was asked')
  }
  const read = new Proxy({} as Queries, { get: refuse })
  const over = { ...session, ...changes }
  expect(await isSessionLive(read, over, now)).toBe(false)
  expect(isLive(over, {}, now)).toBe(false)
})

test.each([
  [{ a: session.createdAt }, false],
  [{ c: session.createdAt }, false],
  [{ a: session.createdAt - 1, c: session.createdAt - 1 }, true],
  [{ u: now, r: now }, true],
])('with the marks %j of what was revoked up to a moment, it lives: %j', (marks, lives) => {
  expect(isLive(session, marks, now)).toBe(lives)
})
