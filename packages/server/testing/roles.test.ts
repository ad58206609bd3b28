import { createGuard, type Guard, type Outcome, type Rule } from '@ostiary/guard'
import fc from 'fast-check'
import { decodeJwt } from 'jose'
import { afterEach, expect, test } from 'vitest'
import { addRole, removeRole } from '../src/domain/accounts/change-role.ts'
import { deleteRole, giveRole, takeRole, updateApi, updateRole } from '../src/domain/revocation-acts/change-roles.ts'
import { changeRolePermissions } from '../src/domain/roles/change-role-permissions.ts'
import { createRole } from '../src/domain/roles/create-role.ts'
import type { Database } from '../src/platform/database/database.ts'
import { forEachDatabase } from './database.ts'
import { addAccount, addApi, logIn, startTestServer, type TestServer } from './test-server.ts'

const orders = 'https://orders.example.com'
const stock = 'https://stock.example.com'
const password = 'a long walk along the river'

/** Each permission with the scope that it names; one name is a permission of both APIs. */
const declared = {
  [orders]: { 'orders:read': 'orders:read', 'orders:refund': 'orders:write', 'orders:audit': undefined },
  [stock]: { 'stock:count': 'stock:read', 'orders:read': undefined },
} as const
const scopesOf = { [orders]: ['orders:read', 'orders:write'], [stock]: ['stock:read', 'stock:write'] }
const audiences = [orders, stock] as const
type Audience = (typeof audiences)[number]
const everything = audiences.flatMap((audience) =>
  Object.keys(declared[audience]).map((permission) => ({ audience, permission })),
)

interface Tokens {
  readonly access_token: string
  readonly refresh_token: string
}

forEachDatabase('roles and permissions, from the command to the guards', ({ createUrl }) => {
  const closing: (() => unknown)[] = []
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close()
  })

  async function start(): Promise<{ server: TestServer; database: Database; ada: string; bob: string }> {
    const server = await startTestServer({ databaseUrl: await createUrl(), isClockRunning: true })
    closing.push(() => server.stop())
    await addApi(server, {
      ...{ audience: orders, scopes: scopesOf[orders], permissions: Object.keys(declared[orders]) },
      permissionScopes: ['orders:refund=orders:write'],
    })
    await addApi(server, {
      ...{ audience: stock, scopes: scopesOf[stock], permissions: Object.keys(declared[stock]) },
      permissionScopes: ['stock:count=stock:read'],
    })
    const ada = await addAccount(server, 'ada', password)
    const bob = await addAccount(server, 'bob', password)
    return { server, database: server.running.installation.database, ada, bob }
  }

  function openGuard(server: TestServer, audience: string): Guard {
    const guard = createGuard({ issuer: server.issuer, audience })
    closing.push(() => guard.close())
    return guard
  }

  /** Declares a role that permits these at one API. */
  async function declareRole(database: Database, name: string, audience: Audience, add: readonly string[]) {
    await database.write((tx) => createRole(tx, { name, description: undefined }, 'cli'))
    const changed = await updateRole(database, { role: name, audience, add, remove: [] }, 'cli')
    expect(changed).toMatchObject({ ok: true })
  }

  test('a token carries what the client may and the account may, and only of its API, whatever they have', async () => {
    const { server, database, ada } = await start()
    const guards = { [orders]: openGuard(server, orders), [stock]: openGuard(server, stock) }
    const names = ['a', 'b', 'c'] as const
    for (const name of names) await declareRole(database, name, orders, [])
    const permitted = fc.subarray(everything)
    const asked = fc
      .constantFrom(...audiences)
      .chain((audience) =>
        fc.record({ audience: fc.constant(audience), scopes: fc.subarray(scopesOf[audience], { minLength: 1 }) }),
      )
    const seen = { permissions: 0, roles: 0 }
    await fc.assert(
      fc.asyncProperty(
        fc.record({ a: permitted, b: permitted, c: permitted }),
        fc.subarray([...names]),
        asked,
        async (byRole, roles, { audience, scopes }) => {
          await setRoles(database, ada, byRole, roles)
          const { access_token } = await logInFor(server, 'ada', audience, scopes)
          const expected = carryByModel(
            roles.map((role) => ({ role, permits: byRole[role] })),
            audience,
            scopes,
          )
          const { permissions, roles: carried } = decodeJwt(access_token)
          expect({ permissions, roles: carried }).toEqual({
            permissions: expected.permissions.length > 0 ? expected.permissions : undefined,
            roles: expected.roles.length > 0 ? expected.roles : undefined,
          })
          let answers = await askForEach(guards[audience], access_token, names)
          // What tokens from before the change must do may be told a moment after it; the next one is from after that.
          for (let tries = 0; answers.codes.has('refresh_required') && tries < 3; tries++) {
            const next = await logInFor(server, 'ada', audience, scopes)
            answers = await askForEach(guards[audience], next.access_token, names)
          }
          expect(answers.passed).toEqual([...new Set([...expected.permissions, ...expected.roles])].sort())
          expect(answers.codes).toEqual(new Set(['authenticated', 'insufficient_permission']))
          seen.permissions += expected.permissions.length
          seen.roles += expected.roles.length
        },
      ),
      { numRuns: 20 },
    )
    expect(Math.min(seen.permissions, seen.roles)).toBeGreaterThan(0)
  })

  const removals: readonly (readonly [string, (database: Database, ada: string) => Promise<unknown>])[] = [
    ['the role is taken', (database, accountId) => takeRole(database, { accountId, role: 'support', actor: 'cli' })],
    [
      'the role loses the permission',
      (database) =>
        updateRole(database, { role: 'support', audience: orders, add: [], remove: ['orders:audit'] }, 'cli'),
    ],
    ['the role is deleted', (database) => deleteRole(database, 'support', 'cli')],
    [
      'the API gives the permission up',
      (database) => updateApi(database, { audience: orders, removePermissions: ['orders:audit'] }, 'cli'),
    ],
    [
      'the permission needs a scope that the token has not',
      (database) => updateApi(database, { audience: orders, permissionScopes: ['orders:audit=orders:write'] }, 'cli'),
    ],
    [
      'the role is taken by a command that is killed before it tells the guards',
      (database, accountId) => database.write((tx) => removeRole(tx, { accountId, role: 'support', actor: 'cli' })),
    ],
  ]

  test.each(removals)(
    '%s: within a second the token is to be refreshed, and the new one is refused',
    async (_, act) => {
      const { server, database, ada, bob } = await start()
      const guard = openGuard(server, orders)
      await declareRole(database, 'support', orders, ['orders:audit'])
      await declareRole(database, 'reader', orders, ['orders:read'])
      await giveRole(database, { accountId: ada, role: 'support', actor: 'cli' })
      await giveRole(database, { accountId: bob, role: 'reader', actor: 'cli' })
      const tokens = await logInFor(server, 'ada', orders, ['orders:read'])
      const ofBob = await logInFor(server, 'bob', orders, ['orders:read'])
      const rule: Rule = { permission: 'orders:audit' }
      expect(await check(guard, tokens.access_token, rule)).toBe('authenticated')
      await act(database, ada)
      const durableAt = performance.now()
      await expect
        .poll(() => check(guard, tokens.access_token, rule), { interval: 5, timeout: 3000 })
        .toBe('refresh_required')
      expect(performance.now() - durableAt).toBeLessThan(1000)
      const refreshed = await refresh(server, tokens)
      expect(await check(guard, refreshed.access_token, rule)).toBe('insufficient_permission')
      expect(await check(guard, refreshed.access_token, { scope: 'orders:read' })).toBe('authenticated')
      expect(await check(guard, ofBob.access_token, { permission: 'orders:read' })).toBe('authenticated')
    },
  )

  test('a role that is given is there after a refresh, which its tokens are sent to', async () => {
    const { server, database, ada } = await start()
    const guard = openGuard(server, orders)
    await declareRole(database, 'support', orders, ['orders:audit'])
    const tokens = await logInFor(server, 'ada', orders, ['orders:read'])
    const rule: Rule = { role: 'support', permission: 'orders:audit' }
    expect(await check(guard, tokens.access_token, rule)).toBe('insufficient_permission')
    await giveRole(database, { accountId: ada, role: 'support', actor: 'cli' })
    await expect.poll(() => check(guard, tokens.access_token, rule), { interval: 5 }).toBe('refresh_required')
    const refreshed = await refresh(server, tokens)
    expect(await check(guard, refreshed.access_token, rule)).toBe('authenticated')
  })
})

/** The sentences of the decision on roles, word by word. */
function carryByModel(
  roles: readonly { readonly role: string; readonly permits: typeof everything }[],
  audience: Audience,
  scopes: readonly string[],
): { readonly permissions: readonly string[]; readonly roles: readonly string[] } {
  const isCovered = (permission: string): boolean => {
    const scope: string | undefined = (declared[audience] as Record<string, string | undefined>)[permission]
    return scope === undefined || scopes.includes(scope)
  }
  const here = roles.map(({ role, permits }) => ({
    role,
    permissions: permits.filter((each) => each.audience === audience).map(({ permission }) => permission),
  }))
  return {
    permissions: [...new Set(here.flatMap(({ permissions }) => permissions))].filter(isCovered).sort(),
    roles: here
      .filter(({ permissions }) => permissions.length > 0 && permissions.every(isCovered))
      .map(({ role }) => role)
      .sort(),
  }
}

/** Makes roles permit these and no others, and the account have these and no others. */
function setRoles(
  database: Database,
  accountId: string,
  byRole: Readonly<Record<string, typeof everything>>,
  roles: readonly string[],
): Promise<void> {
  return database.write(async (tx) => {
    for (const [role, permits] of Object.entries(byRole)) {
      for (const audience of audiences) {
        const add = permits.filter((each) => each.audience === audience).map(({ permission }) => permission)
        const remove = Object.keys(declared[audience]).filter((permission) => !add.includes(permission))
        await changeRolePermissions(tx, { role, audience, add, remove }, 'cli')
      }
      const change = { accountId, role, actor: 'cli' } as const
      await (roles.includes(role) ? addRole(tx, change) : removeRole(tx, change))
    }
  })
}

/** Asks for every permission that there is, and every role: also for one that nobody has. Returns the names that pass, and all answers. */
async function askForEach(
  guard: Guard,
  token: string,
  roles: readonly string[],
): Promise<{ readonly passed: readonly string[]; readonly codes: ReadonlySet<string> }> {
  const passed = new Set<string>()
  // A token without any is refused too, so both answers are always among them.
  const codes = new Set<string>([await check(guard, token, {}), await check(guard, token, { permission: 'none' })])
  const permissions = new Set(everything.map(({ permission }) => permission))
  const rules: readonly (readonly [string, Rule])[] = [
    ...[...permissions].map((permission) => [permission, { permission }] as const),
    ...roles.map((role) => [role, { role }] as const),
  ]
  for (const [name, rule] of rules) {
    const code = await check(guard, token, rule)
    codes.add(code)
    if (code === 'authenticated') passed.add(name)
  }
  return { passed: [...passed].sort(), codes }
}

async function logInFor(
  server: TestServer,
  username: string,
  audience: string,
  scopes: readonly string[],
): Promise<Tokens> {
  const answer = await logIn(server, { username, password, audience, scope: scopes.join(' ') })
  expect(answer.status).toBe(200)
  return (await answer.json()) as Tokens
}

async function refresh(server: TestServer, { refresh_token }: Tokens): Promise<Tokens> {
  const body = new URLSearchParams({ grant_type: 'refresh_token', client_id: 'ostiary', refresh_token })
  const answer = await fetch(`${server.issuer}/token`, { method: 'POST', body })
  expect(answer.status).toBe(200)
  return (await answer.json()) as Tokens
}

/** Whether a guard lets a token pass, or with which code it refuses. */
async function check(guard: Guard, token: string, rule: Rule): Promise<string> {
  const header = (name: string) => (name === 'authorization' ? `Bearer ${token}` : undefined)
  const outcome: Outcome = await guard.check({ method: 'GET', url: '/', header }, rule)
  return outcome.kind === 'refused' ? outcome.refusal.code : outcome.kind
}
