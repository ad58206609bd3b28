import { afterAll, beforeAll, expect, test } from 'vitest'
import { AdminScene } from '../../../testing/admin-scene.ts'
import { type AdminPermission, adminPermissionNames } from '../../domain/apis/admin-api.ts'
import type { AdminRoute } from './admin-route.ts'
import { adminRoutes } from './admin-routes.ts'
import { type AdminCaller, requirePermission } from './authenticate-caller.ts'

interface Tokens {
  readonly person: string
  readonly program: string
}

let scene: AdminScene
/** Of who has just that permission or scope, and of who has all others. */
const tokens = new Map<AdminPermission, { readonly only: Tokens; readonly allOthers: Tokens }>()

beforeAll(async () => {
  scene = await AdminScene.start({ config: { logLevel: 'warn' } })
  for (const permission of new Set(adminRoutes.map((route) => route.permission))) {
    const name = permission.replace(':', '-')
    const others = adminPermissionNames.filter((other) => other !== permission)
    tokens.set(permission, {
      only: await obtainTokens(name, [permission]),
      allOthers: await obtainTokens(`not-${name}`, others),
    })
  }
})
afterAll(() => scene.server.stop())

async function obtainTokens(name: string, permissions: readonly AdminPermission[]): Promise<Tokens> {
  const account = await scene.addPermitted(name, permissions)
  const { token: person } = await scene.signIn(account.id)
  return { person, program: await scene.grantClient(permissions) }
}

/** To what is not there: only whether the call is let in is asked. */
const pathOf = ({ path }: AdminRoute) => path.replaceAll(/\{\w+\}/g, 'nothing')

test.each(adminRoutes.map((route) => [`${route.method} ${route.path}`, route] as const))(
  '%s lets in who has its permission alone, and names it to who has all others',
  async (_, route) => {
    const { only, allOthers } = tokens.get(route.permission) ?? {}
    const send = (token = '') => scene.call(route.method, pathOf(route), { token })
    for (const token of [only?.person, only?.program]) expect([401, 403]).not.toContain((await send(token)).status)
    const person = await send(allOthers?.person)
    expect([person.status, person.body]).toMatchObject([
      403,
      { code: 'insufficient_permission', permission: route.permission },
    ])
    expect(person.headers.get('www-authenticate')).toContain(`scope="${route.permission}"`)
    const program = await send(allOthers?.program)
    expect([program.status, program.body]).toMatchObject([403, { code: 'insufficient_scope', scope: route.permission }])
    expect((await scene.call(route.method, pathOf(route))).status).toBe(401)
  },
)

test('each route × each permission: just the one is enough, for a person and for a program', () => {
  const isLetIn = (caller: Pick<AdminCaller, 'accountId' | 'permissions'>, route: AdminRoute) => {
    try {
      requirePermission(caller, route.permission)
      return true
    } catch {
      return false
    }
  }
  for (const permission of adminPermissionNames) {
    const permissions = new Set([permission])
    const person = { accountId: 'acc_a', permissions }
    const program = { accountId: undefined, permissions }
    for (const route of adminRoutes) {
      const isRight = route.permission === permission
      expect([route.name, permission, isLetIn(person, route), isLetIn(program, route)]).toEqual([
        ...[route.name, permission, isRight, isRight],
      ])
    }
  }
})

test('no route asks for a permission that is not declared, and each has a name and a place of its own', () => {
  expect(adminRoutes.filter(({ permission }) => !adminPermissionNames.includes(permission))).toEqual([])
  expect(new Set(adminRoutes.map(({ name }) => name)).size).toBe(adminRoutes.length)
  expect(new Set(adminRoutes.map(({ method, path }) => `${method} ${path}`)).size).toBe(adminRoutes.length)
})
