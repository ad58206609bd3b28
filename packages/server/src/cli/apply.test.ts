import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { forEachDatabase } from '../../testing/database.ts'
import { CliFolder } from '../../testing/run-cli.ts'
import { startTestServer, type TestServer } from '../../testing/test-server.ts'
import { listApis } from '../domain/apis/list-apis.ts'
import { listAuditEvents } from '../domain/audit/list-audit-events.ts'
import { advanceKeysInUse } from '../domain/clients/advance-keys-in-use.ts'
import { listClients } from '../domain/clients/list-clients.ts'
import { type Application, applyDeclaration } from '../domain/declarations/apply-declaration.ts'
import type { Declaration } from '../domain/declarations/declaration.ts'
import { planDeclaration } from '../domain/declarations/plan-declaration.ts'
import { listRoles } from '../domain/roles/list-roles.ts'
import { randomSecret } from '../platform/random/random.ts'

const audience = 'https://api.example.com'
const worker = {
  name: 'Worker',
  type: 'confidential',
  grants: ['client_credentials'],
  scopes: ['orders:write'],
} as const
const declaration: Declaration = {
  apis: {
    [audience]: {
      name: 'Orders',
      scopes: ['orders:read', 'orders:write'],
      scopeDescriptions: { 'orders:read': 'See your orders' },
      permissions: { 'orders:refund': { description: 'Give money back', scope: 'orders:write' }, 'orders:read': {} },
    },
  },
  roles: {
    support: {
      description: 'Answers people',
      permissions: { [audience]: ['orders:refund', 'orders:read'] },
      requiredFactor: 'mfa',
    },
    auditor: { permissions: { 'urn:ostiary:admin': ['audit:read'] } },
    buyer: { isForOrganizations: true, permissions: { [audience]: ['orders:read'] } },
  },
  clients: {
    cli_shop: {
      name: 'Shop',
      type: 'public',
      redirectUris: ['https://shop.example.com/callback'],
      scopes: ['orders:read'],
      isFirstParty: true,
    },
    cli_worker: worker,
  },
  organizations: { acme: { name: 'Acme' } },
}

forEachDatabase('a declaration', ({ createUrl }) => {
  let server: TestServer
  beforeAll(async () => {
    server = await startTestServer({ databaseUrl: await createUrl() })
  })
  afterAll(() => server.stop())

  function application(declared: Declaration, more: Partial<Application> = {}): Application {
    const { installation } = server.running
    return {
      ...installation,
      actor: 'cli',
      prepareKeys: (algorithms) => advanceKeysInUse(installation, algorithms),
      ...{ declaration: declared, prunes: false, agrees: async () => true },
      ...more,
    }
  }
  const planned = async (declared: Declaration, prunes = false) => {
    const plan = await planDeclaration(application(declared), declared, prunes)
    return { steps: plan.steps.map((step) => step.planned), faults: plan.faults }
  }

  it('is brought about once: the second time there is nothing to do; a change is planned member by member', async () => {
    const applied = await applyDeclaration(application(declaration))
    expect(applied).toMatchObject({
      ok: true,
      secrets: [{ kind: 'client', id: 'cli_worker', secret: expect.any(String) }],
    })
    const { read } = server.running.installation.database
    const events = await listAuditEvents(read, { limit: 200 })
    const acts = [
      'api.created',
      'role.created',
      'client.created',
      'organization.created',
      'configuration.applied',
    ] as const
    for (const act of acts) expect(events, act).toContainEqual(expect.objectContaining({ act, actor: 'cli' }))
    const before = events.length
    expect(await planned(declaration)).toEqual({ steps: [], faults: [] })
    expect(await applyDeclaration(application(declaration))).toEqual({ ok: true, done: [], secrets: [] })
    expect(await listAuditEvents(read, { limit: 200 })).toHaveLength(before)

    const changed = structuredClone(declaration)
    Object.assign(changed.apis?.[audience] ?? {}, {
      name: 'All orders',
      permissions: { 'orders:read': {} },
      lifetimeSeconds: 60,
    })
    Object.assign(changed.roles?.support ?? {}, {
      permissions: { [audience]: ['orders:read'] },
      requiredFactor: undefined,
    })
    Object.assign(changed.clients?.cli_shop ?? {}, { redirectUris: ['https://shop.example.com/signed-in'] })
    Object.assign(changed.organizations?.acme ?? {}, { name: 'Acme Ltd' })
    const { steps } = await planned(changed)
    expect(steps.map(({ kind, action, changes }) => [kind, action, changes.map(({ member }) => member)])).toEqual([
      ['api', 'change', ['lifetimeSeconds', 'name', 'permissions']],
      ['role', 'change', ['permissions', 'requiredFactor']],
      ['client', 'change', ['redirectUris']],
      ['organization', 'change', ['name']],
    ])
    expect(await applyDeclaration(application(changed))).toMatchObject({ ok: true, done: steps })
    expect(await planned(changed)).toEqual({ steps: [], faults: [] })
    expect((await listRoles(read)).find(({ name }) => name === 'support')).toMatchObject({
      permissions: [{ audience, permission: 'orders:read' }],
      requiredAcr: undefined,
    })
  })

  it('deletes only where that is asked for, of the sections that it has, and nothing that is built in', async () => {
    await applyDeclaration(application(declaration))
    const less: Declaration = {
      clients: { cli_worker: worker },
      roles: {},
    }
    expect((await planned(less)).steps).toEqual([])
    const { steps } = await planned(less, true)
    expect(steps.map(({ kind, action, id }) => [kind, action, id])).toEqual([
      ['client', 'delete', 'cli_shop'],
      ['role', 'delete', 'auditor'],
      ['role', 'delete', 'buyer'],
      ['role', 'delete', 'support'],
    ])
    expect(await applyDeclaration(application(less, { prunes: true }))).toMatchObject({ ok: true, done: steps })
    const { read } = server.running.installation.database
    expect((await listClients(read)).map(({ id }) => id).sort()).toEqual(['cli_worker', 'console'])
    expect((await listRoles(read)).map(({ name }) => name)).toEqual(['admin', 'owner'])
    expect((await listApis(read)).map((api) => api.audience)).toContain(audience)
    // What is still going can't come again yet; the same file does the rest later.
    const again = await applyDeclaration(application({ clients: declaration.clients }))
    expect(again).toMatchObject({ ok: false, reason: 'step_refused', sentence: expect.stringMatching(/two minutes/) })
  })

  const faults: readonly [string, Declaration, RegExp][] = [
    ['a client without its prefix', { clients: { shop: { name: 'x', type: 'public' } } }, /an id is cli_/],
    ['the built-in API', { apis: { 'urn:ostiary:admin': {} } }, /built in/],
    ['the built-in client', { clients: { console: { name: 'x', type: 'public' } } }, /an id is cli_/],
    ['the built-in role', { roles: { admin: {} } }, /built in/],
    [
      'a permission that no API declares',
      { roles: { x: { permissions: { [audience]: ['nothing'] } } } },
      /does not declare/,
    ],
    ['an API that there is not', { roles: { x: { permissions: { 'https://nowhere.example.com': ['a'] } } } }, /no API/],
    ['a scope that is gone', { apis: { [audience]: { scopes: ['orders:read'] } } }, /never taken away/],
    [
      'a wrong redirect URI',
      { clients: { cli_x: { name: 'x', type: 'public', redirectUris: ['http://a.example'] } } },
      /redirect URI/,
    ],
    ['another type', { clients: { cli_worker: { name: 'Worker', type: 'public' } } }, /stays so/],
    ['a wrong slug', { organizations: { 'No Slug': { name: 'x' } } }, /slug/i],
  ]

  it('with a fault is not brought about at all, and says what is wrong', async () => {
    for (const [what, wrong, sentence] of faults) {
      const both = { ...wrong, apis: { 'https://other.example.com': {}, ...wrong.apis } }
      const applied = await applyDeclaration(application(both))
      expect(applied, what).toEqual({ ok: false, reason: 'invalid', faults: [expect.stringMatching(sentence)] })
    }
    const apis = await listApis(server.running.installation.database.read)
    expect(apis.map((api) => api.audience)).not.toContain('https://other.example.com')
  })

  it('is applied by one at a time, and by nobody on a plan that another has overtaken', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, () => applyDeclaration(application({ organizations: { race: { name: 'Race' } } }))),
    )
    expect(outcomes).toContainEqual(expect.objectContaining({ ok: true }))
    for (const outcome of outcomes) if (!outcome.ok) expect(outcome).toEqual({ ok: false, reason: 'lease_taken' })
    const slow = applyDeclaration(
      application(
        { organizations: { slow: { name: 'Slow' } } },
        {
          async agrees() {
            server.clock.set(server.clock.now() + 61_000)
            expect(await applyDeclaration(application({ organizations: { quick: { name: 'Quick' } } }))).toMatchObject({
              ok: true,
            })
            return true
          },
        },
      ),
    )
    expect(await slow).toEqual({ ok: false, reason: 'lease_taken' })
  })

  it('that is overtaken between two steps still shows the secret that it has made', async () => {
    const late: Declaration = {
      clients: { cli_late: { ...worker, name: 'Late' } },
      organizations: { late: { name: 'Late' } },
    }
    const applied = await applyDeclaration(
      application(late, {
        async agrees({ steps: [first] }) {
          if (first === undefined) throw new Error('nothing is planned')
          const { run } = first
          const overtaken = async () => {
            const outcome = await run()
            server.clock.set(server.clock.now() + 61_000)
            const other = await applyDeclaration(application({ organizations: { early: { name: 'Early' } } }))
            expect(other).toMatchObject({ ok: true })
            return outcome
          }
          Object.assign(first, { run: overtaken })
          return true
        },
      }),
    )
    expect(applied).toMatchObject({
      ...{ ok: false, reason: 'step_refused', sentence: expect.stringMatching(/somebody else/i) },
      done: [{ kind: 'client', id: 'cli_late' }],
      secrets: [{ kind: 'client', id: 'cli_late', secret: expect.any(String) }],
    })
    expect((await planned(late)).steps).toMatchObject([{ kind: 'organization', id: 'late', action: 'create' }])
  })
})

describe('ostiary apply', () => {
  it('shows the plan, asks, is idempotent, writes settings, and tells by its exit code whether there is something to do', async () => {
    using folder = new CliFolder({ OSTIARY_SECRET: randomSecret() })
    const file = path.join(folder.path, 'installation.json')
    const settings = { signUp: 'open', deletionGraceDays: 30 }
    writeFileSync(file, JSON.stringify({ $schema: './apply.schema.json', settings, ...declaration }))
    const plan = await folder.run(['apply', file, '--plan'])
    expect(plan).toMatchObject({ exitCode: 2, stderr: '' })
    expect(plan.stdout).toMatch(/\+ client cli_shop\n( {4}.*\n)* {4}redirectUris: \["https:\/\/shop/)
    expect(plan.stdout).toMatch(/~ settings, in ostiary.json\n {4}signUp: "open"/)
    expect(await folder.run(['apply', file])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/no terminal/),
    })
    const applied = await folder.run(['apply', file, '--yes', '--json'])
    expect(applied.exitCode).toBe(0)
    expect(JSON.parse(applied.stdout).secrets).toHaveLength(1)
    expect(JSON.parse(readFileSync(path.join(folder.path, 'ostiary.json'), 'utf8'))).toEqual(settings)
    expect(await folder.run(['apply', file, '--plan'])).toMatchObject({ exitCode: 0, stdout: 'Nothing to do.\n' })
    expect(await folder.run(['apply', file, '--yes'])).toMatchObject({ exitCode: 0, stdout: 'Nothing to do.\n' })
    folder.environment.OSTIARY_SIGN_UP = 'closed'
    expect((await folder.run(['apply', file, '--plan'])).stdout).toMatch(/! the environment sets signUp too, and wins/)
  })

  it.each<[string, object | string, RegExp]>([
    ['no JSON', '{', /is not JSON/],
    ['an unknown section', { accounts: {} }, /nothing is called accounts\. .*apply\.schema\.json/],
    [
      'an unknown member',
      { clients: { cli_x: { name: 'x', type: 'public', secret: 'x' } } },
      /nothing is called clients › cli_x › secret\./,
    ],
    ['a secret in a setting', { settings: { smtpUrl: 'smtps://u:p@smtp.example.com' } }, /holds a password/],
    ['one of several hosts', { settings: { databaseUrl: 'postgres://u:p@a:5432,b:5432/db' } }, /holds a password/],
    ['one in a parameter', { settings: { databaseUrl: 'postgres://a/db?password=u:p' } }, /holds a password/],
    ['an unknown setting', { settings: { nonsense: 1 } }, /It may set/],
    ['a setting that is wrong', { settings: { signUp: 'maybe' } }, /OSTIARY_SIGN_UP must be/],
  ])('%s is refused, and no settings are written', async (_, content, sentence) => {
    using folder = new CliFolder({ OSTIARY_SECRET: randomSecret() })
    const file = path.join(folder.path, 'installation.json')
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
    const refused = await folder.run(['apply', file, '--yes'])
    expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(sentence) })
    expect(refused.stderr).not.toMatch(/\n\s+at |u:p/)
    expect(existsSync(path.join(folder.path, 'ostiary.json'))).toBe(false)
  })
})
