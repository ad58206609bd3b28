import { afterAll, beforeAll, expect, test } from 'vitest'
import { CliFolder } from '../../testing/run-cli.ts'
import { ADMIN_AUDIENCE, adminPermissionNames } from '../domain/apis/admin-api.ts'
import { randomSecret } from '../platform/random/random.ts'

const audience = 'https://orders.example'

let folder: CliFolder
beforeAll(() => {
  folder = new CliFolder({ OSTIARY_SECRET: randomSecret() })
})
afterAll(() => folder[Symbol.dispose]())

async function run(...args: string[]) {
  const { exitCode, stdout, stderr } = await folder.run([...args, '--json'])
  return exitCode === 0 ? JSON.parse(stdout) : [exitCode, JSON.parse(stderr).error.code]
}

test('the guide to roles and permissions, command by command', async () => {
  const scopes = ['--scope', 'orders:read', 'orders:write']
  const permission = [
    '--permission',
    'orders:refund=Give money back',
    '--permission-scope',
    'orders:refund=orders:write',
  ]
  await run('api', 'create', '--audience', audience, '--name', 'Orders', ...scopes, ...permission)
  await run('account', 'create', '--username', 'ada', '--generate-password')
  const support = { name: 'support', description: null, for_organizations: false, permissions: ['orders:refund'] }
  expect(await run('role', 'create', '--name', 'support', '--permission', 'orders:refund')).toEqual(support)
  expect(await run('role', 'grant', '--account', 'ada', '--role', 'support')).toEqual({ seq: 1 })
  expect(await run('role', 'permissions', '--account', 'ada')).toMatchObject({
    roles: ['support'],
    apis: [{ audience, permissions: ['orders:refund'] }],
  })
  expect(await run('api', 'update', '--audience', audience, '--add-permission', 'orders:cancel')).toMatchObject({
    permissions: [{ name: 'orders:cancel' }, { name: 'orders:refund', scope: 'orders:write' }],
  })
  const changed = ['--add-permission', 'orders:cancel', '--remove-permission', 'orders:refund']
  expect(await run('role', 'update', '--name', 'support', '--audience', audience, ...changed)).toEqual({ seq: 2 })
  const named = { for_organizations: false, required_factor: null }
  const ofAdmin = adminPermissionNames.toSorted().map((permission) => ({ audience: ADMIN_AUDIENCE, permission }))
  expect(await run('role', 'list')).toEqual({
    roles: [
      { ...named, name: 'admin', description: 'Administers this server', permissions: ofAdmin },
      { ...named, name: 'owner', description: 'Owns the organization', for_organizations: true, permissions: [] },
      { ...named, ...support, permissions: [{ audience, permission: 'orders:cancel' }] },
    ],
  })
  const issue = ['token', 'issue', '--account', 'ada', '--audience', audience, '--scope', 'orders:read']
  const { access_token } = await run(...issue)
  const explained = await folder.run(['explain', access_token, '--audience', audience, '--permission', 'orders:cancel'])
  expect(explained.stdout).toContain('orders:cancel')
  expect(await run('role', 'delete', '--name', 'support')).toEqual({ seq: 3 })
  expect(await run('role', 'permissions', '--account', 'ada')).toMatchObject({ roles: [], apis: [] })
})

test.each([
  ['a role that is there already', ['role', 'create', '--name', 'admin'], 1, 'role_taken'],
  ['a role that nobody declared', ['role', 'grant', '--account', 'ada', '--role', 'editor'], 1, 'unknown_role'],
  ['a permission of no API', ['role', 'create', '--name', 'x', '--permission', 'fly'], 1, 'unknown_permission'],
] as const)('%s is refused with a code', async (_, args, exitCode, code) => {
  expect(await run(...args)).toEqual([exitCode, code])
})
