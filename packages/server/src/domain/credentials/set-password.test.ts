import { expect, test } from 'vitest'
import { forEachDatabase } from '../../../testing/database.ts'
import { listAuditEvents } from '../audit/list-audit-events.ts'
import { migrations } from '../schema/migrations.ts'
import { findPassword } from './find-password.ts'
import { findPasswordOrDecoy } from './find-password-or-decoy.ts'
import { parsePasswordHash } from './parse-password-hash.ts'
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

  test('who has no password is verified against what costs as much as somebody’s, the same for each spelling of a name', async () => {
    const database = await open({ migrations, clock: { now: () => 1000 } })
    const find = (login: string, accountId?: string) => findPasswordOrDecoy(database.read, { accountId, login })
    expect((await find('nobody')).hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    const imported = parsePasswordHash('$2b$12$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW')
    if (!imported.ok) throw new Error(imported.sentence)
    // The last id in every order.
    const id = `acc_${'z'.repeat(22)}`
    await database.write((tx) => setPassword(tx, id, imported.hash, 'cli'))
    expect(await find('ada', id)).toEqual({ hash: imported.hash, password: { hash: imported.hash, setAt: 1000 } })
    const decoy = { password: undefined, hash: '$2b$12$CCCCCCCCCCCCCCCCCCCCC................................' }
    for (const login of ['nobody', ' NOBODY', '', '\ud800']) expect(await find(login), login).toEqual(decoy)
    expect(await find('bare', `acc_${'a'.repeat(22)}`)).toEqual(decoy)
    // Each name takes the next of many: in time it is as good as anybody.
    const others = ['A', 'H', 'Q', 'a', 'h', 'q', '4'].map((first) => `acc_${first.repeat(22)}`)
    await database.write(async (tx) => {
      for (const other of others) await setPassword(tx, other, prepareDummyHash(), 'cli')
    })
    const names = Array.from({ length: 100 }, (_, index) => `name ${index}`)
    const hashes = await Promise.all(names.map(async (name) => (await find(name)).hash))
    expect(new Set(hashes).size).toBeGreaterThan(4)
    expect((await find(names[7]?.toUpperCase() ?? '')).hash).toBe(hashes[7])
  })
})
