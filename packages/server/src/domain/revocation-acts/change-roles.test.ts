import { expect, test } from 'vitest'
import { forEachDatabase } from '../../../testing/database.ts'
import type { Database, Transaction } from '../../platform/database/database.ts'
import { randomSecret } from '../../platform/random/random.ts'
import { createSealer } from '../../platform/sealing/sealing.ts'
import { addRole } from '../accounts/change-role.ts'
import { createAccount } from '../accounts/create-account.ts'
import { getAccount } from '../accounts/get-account.ts'
import { listEffectivePermissions } from '../accounts/list-effective-permissions.ts'
import { outdateClaimsOfRole } from '../accounts/outdate-claims.ts'
import { parseUsername } from '../accounts/parse-username.ts'
import { settleOutdatedClaims } from '../accounts/settle-outdated-claims.ts'
import { createApi } from '../apis/create-api.ts'
import { parseApi } from '../apis/parse-api.ts'
import { listAuditEvents } from '../audit/list-audit-events.ts'
import { type CreatedRole, createRole } from '../roles/create-role.ts'
import { endRole } from '../roles/end-role.ts'
import { migrations } from '../schema/migrations.ts'
import { deleteRole, giveRole, takeRole, updateApi, updateRole } from './change-roles.ts'

const audience = 'https://api.example.com'

forEachDatabase('roles that change', ({ open }) => {
  async function openWithApi(): Promise<Database> {
    const database = await open({ migrations })
    const parsed = parseApi({ audience, scopes: ['orders:write'], permissions: ['orders:audit', 'orders:refund'] })
    if (!parsed.ok) throw new Error(parsed.sentence)
    await database.write((tx) => createApi(tx, createSealer([randomSecret()]), parsed.api, 'cli'))
    return database
  }

  const declare = (database: Database, name: string): Promise<CreatedRole> =>
    database.write((tx) => createRole(tx, { name, description: undefined }, 'cli'))

  /** In transactions that are short on a busy machine too. Returns their ids. */
  async function addAccounts(database: Database, count: number, role?: string): Promise<string[]> {
    const ids: string[] = []
    while (ids.length < count) {
      const first = ids.length
      const added = await database.write((tx) =>
        Promise.all(
          Array.from({ length: Math.min(50, count - first) }, (_, index) => addOne(tx, `user${first + index}`, role)),
        ),
      )
      ids.push(...added)
    }
    return ids
  }

  async function addOne(tx: Transaction, name: string, role: string | undefined): Promise<string> {
    const username = parseUsername(name)
    if (!username.ok) throw new Error(username.sentence)
    const roles = role === undefined ? [] : [role]
    const created = await createAccount(tx, { username: username.username, email: undefined, roles, actor: 'cli' })
    if (!created.ok) throw new Error(created.reason)
    return created.account.id
  }

  const permit = (database: Database, role: string, add: readonly string[], remove: readonly string[] = []) =>
    updateRole(database, { role, audience, add, remove }, 'cli')

  test('a role is declared once, permits what its API declares, and says so; what is refused changes nothing', async () => {
    const database = await openWithApi()
    const declared = await Promise.all(Array.from({ length: 20 }, () => declare(database, 'support')))
    expect(declared.filter(({ ok }) => ok)).toHaveLength(1)
    expect(declared.find(({ ok }) => !ok)).toEqual({ ok: false, reason: 'role_taken' })
    const changed = await permit(database, 'support', ['orders:refund', 'orders:audit', 'orders:refund'])
    expect(changed).toMatchObject({ ok: true, added: ['orders:audit', 'orders:refund'], removed: [] })
    expect(await permit(database, 'support', ['orders:refund'], ['orders:audit'])).toMatchObject({
      ...{ ok: true, added: [], removed: ['orders:audit'] },
    })
    const before = await listAuditEvents(database.read, { limit: 50 })
    expect(before.map(({ act }) => act).slice(0, 3)).toEqual(['role.changed', 'role.changed', 'role.created'])
    const unknown = { role: 'support', audience: 'https://other.example', add: ['a'], remove: [] }
    expect([
      await permit(database, 'support', ['orders:close']),
      await permit(database, 'nobody', ['orders:refund']),
      await permit(database, 'admin', ['orders:refund']),
      await updateRole(database, unknown, 'cli'),
      await deleteRole(database, 'admin', 'cli'),
      await deleteRole(database, 'nobody', 'cli'),
    ]).toMatchObject([
      {
        ok: false,
        reason: 'unknown_permission',
        unknown: ['orders:close'],
        declared: ['orders:audit', 'orders:refund'],
      },
      { ok: false, reason: 'unknown_role' },
      { ok: false, reason: 'built_in_role' },
      { ok: false, reason: 'unknown_audience' },
      { ok: false, reason: 'built_in_role' },
      { ok: false, reason: 'unknown_role' },
    ])
    expect(await listAuditEvents(database.read, { limit: 50 })).toEqual(before)
  })

  test('an account has at most 32 roles, all of them declared; giving and taking one twice changes nothing', async () => {
    const database = await openWithApi()
    const [accountId = ''] = await addAccounts(database, 1)
    const names = Array.from({ length: 33 }, (_, index) => `role${index}`)
    await Promise.all(names.map((name) => declare(database, name)))
    const give = (tx: Transaction, role = '') => addRole(tx, { accountId, role, actor: 'cli' })
    await database.write(async (tx) => {
      for (const role of names.slice(0, 30)) expect(await give(tx, role)).toEqual({ ok: true, changed: true })
    })
    // Three at once, where two have room.
    const given = await Promise.all(names.slice(30).map((role) => database.write((tx) => give(tx, role))))
    expect(given.filter(({ ok }) => ok)).toHaveLength(2)
    expect(given.find(({ ok }) => !ok)).toEqual({ ok: false, reason: 'too_many_roles' })
    const sequence = await settleOutdatedClaims(database)
    const change = { accountId, role: 'role0', actor: 'cli' } as const
    expect(await giveRole(database, change)).toEqual({ ok: true, changed: false, sequence })
    expect(await giveRole(database, { ...change, role: 'nobody' })).toEqual({ ok: false, reason: 'unknown_role' })
    expect(await takeRole(database, change)).toBe(sequence + 1)
    expect(await takeRole(database, change)).toBe(sequence + 1)
    expect((await getAccount(database.read, accountId)).roles).not.toContain('role0')
  })

  test('what an API gives up is gone from every role, and its accounts have it no more', async () => {
    const database = await openWithApi()
    await declare(database, 'support')
    await permit(database, 'support', ['orders:audit', 'orders:refund'])
    const [accountId = ''] = await addAccounts(database, 1, 'support')
    const names = async () =>
      (await listEffectivePermissions(database.read, accountId)).flatMap(({ permissions }) =>
        permissions.map(({ name }) => name),
      )
    expect(await names()).toEqual(['orders:audit', 'orders:refund'])
    const changed = await updateApi(database, { audience, removePermissions: ['orders:audit'] }, 'cli')
    expect(changed).toMatchObject({ ok: true, removed: ['orders:audit'], sequence: 1 })
    expect(await names()).toEqual(['orders:refund'])
    // Declared anew, it is a permission that no role has.
    await updateApi(database, { audience, permissions: ['orders:audit'] }, 'cli')
    expect(await names()).toEqual(['orders:refund'])
  })

  test('a role that 501 accounts have is deleted in steps, by four at once: one record each, and then its name is free', async () => {
    const database = await openWithApi()
    await declare(database, 'support')
    const ids = await addAccounts(database, 501, 'support')
    // As a command leaves it that is killed after its first transaction.
    await database.write(async (tx) => {
      await endRole(tx, 'support', 'cli')
      await outdateClaimsOfRole(tx, 'support')
    })
    expect(await declare(database, 'support')).toEqual({ ok: false, reason: 'role_ending' })
    const change = { accountId: ids[0] ?? '', role: 'support', actor: 'cli' } as const
    expect(await giveRole(database, change)).toEqual({ ok: false, reason: 'unknown_role' })
    await Promise.all(Array.from({ length: 4 }, () => settleOutdatedClaims(database)))
    expect(await settleOutdatedClaims(database)).toBe(501)
    for (const id of [ids[0], ids[250], ids[500]]) expect((await getAccount(database.read, id ?? '')).roles).toEqual([])
    expect(await declare(database, 'support')).toMatchObject({ ok: true })
    expect((await getAccount(database.read, ids[7] ?? '')).roles).toEqual([])
  })

  test('a role that is deleted while 20 are given it: nobody keeps it, and who comes later is refused', async () => {
    const database = await openWithApi()
    await declare(database, 'support')
    const ids = await addAccounts(database, 20)
    const giving = ids.map((accountId) => giveRole(database, { accountId, role: 'support', actor: 'cli' }))
    const deleted = await deleteRole(database, 'support', 'cli')
    expect(deleted).toMatchObject({ ok: true })
    const given = await Promise.all(giving)
    expect(given.every((outcome) => outcome.ok || outcome.reason === 'unknown_role')).toBe(true)
    await settleOutdatedClaims(database)
    for (const id of ids) expect((await getAccount(database.read, id)).roles).toEqual([])
    expect(await declare(database, 'support')).toMatchObject({ ok: true })
  })
})
