import { expect, test } from 'vitest'
import { forEachDatabase } from '../../../testing/database.ts'
import { listAuditEvents } from '../audit/list-audit-events.ts'
import { migrations } from '../schema/migrations.ts'
import { findPassword } from './find-password.ts'
import { prepareDummyHash } from './prepare-dummy-hash.ts'
import { replaceHash } from './replace-hash.ts'
import { setPassword } from './set-password.ts'

forEachDatabase('passwords', ({ open }) => {
  test('an account has the password that was set last, and each setting is audited without it', async () => {
    let now = 1000
    const database = await open({ migrations, clock: { now: () => now } })
    expect(await findPassword(database.read, 'acc_1')).toBeUndefined()
    const [first, second] = [prepareDummyHash(), prepareDummyHash()]
    await database.write((tx) => setPassword(tx, 'acc_1', first, 'cli'))
    expect(await findPassword(database.read, 'acc_1')).toEqual({ hash: first, setAt: 1000 })
    now = 2000
    await database.write((tx) => setPassword(tx, 'acc_1', second, 'account:acc_1'))
    expect(await findPassword(database.read, 'acc_1')).toEqual({ hash: second, setAt: 2000 })
    const events = await listAuditEvents(database.read, { accountId: 'acc_1', limit: 10 })
    expect(events).toMatchObject([
      { act: 'password.set', actor: 'account:acc_1', outcome: 'done', detail: {} },
      { act: 'password.set', actor: 'cli', outcome: 'done', detail: {} },
    ])
    expect(JSON.stringify(events)).not.toContain('argon2')
  })

  test('a stronger hash replaces the one that it was made from and no other; the password is as old as before', async () => {
    let now = 1000
    const database = await open({ migrations, clock: { now: () => now } })
    const [first, stronger, late] = [prepareDummyHash(), prepareDummyHash(), prepareDummyHash()]
    await database.write((tx) => setPassword(tx, 'acc_1', first, 'cli'))
    now = 2000
    expect(await database.write((tx) => replaceHash(tx, 'acc_1', first, stronger))).toBe(true)
    expect(await database.write((tx) => replaceHash(tx, 'acc_1', first, late))).toBe(false)
    expect(await findPassword(database.read, 'acc_1')).toEqual({ hash: stronger, setAt: 1000 })
    expect(await listAuditEvents(database.read, { act: 'password.rehashed', limit: 10 })).toHaveLength(1)
  })
})
