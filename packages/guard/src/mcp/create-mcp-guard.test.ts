import { describe, expect, test } from 'vitest'
import { audience, issuer, nowSeconds, secret, signToken } from '../../testing/sign-token.ts'
import { dpop } from '../dpop/dpop.ts'
import type { GuardRequest, Outcome, Refusal, Rule } from '../guard.ts'
import { GuardConfigurationError } from '../guard-configuration-error.ts'
import { createMcpGuard } from './create-mcp-guard.ts'
import type { McpGuardOptions } from './mcp-guard.ts'

const resource = 'https://mcp.example.com/notes'
const metadataUrl = 'https://mcp.example.com/.well-known/oauth-protected-resource/notes'

function createTestGuard({ audience = resource, ...options }: Partial<McpGuardOptions> & { audience?: string } = {}) {
  return createMcpGuard({
    ...{ issuer, audience, keys: { secret }, clock: () => nowSeconds * 1000, scope: 'notes:read' },
    ...{ tools: { add_note: 'notes:write', share_note: ['notes:share', 'notes:write'] } },
    ...options,
  })
}

function requestWith(token?: string): GuardRequest {
  const authorization = token === undefined ? undefined : `Bearer ${token}`
  return { method: 'POST', url: '/notes', header: (name) => (name === 'authorization' ? authorization : undefined) }
}

function refusalOf(outcome: Outcome | Promise<Outcome>): Refusal {
  if ('then' in outcome || outcome.kind !== 'refused') throw new Error('it was not refused at once')
  return outcome.refusal
}

const token = (scope: string, claims: object = {}) => signToken({ aud: resource, scope, ...claims })

describe('RFC 9728 §3.1: the well-known name stands between the host and the path', () => {
  test.each([
    ['https://mcp.example.com', 'https://mcp.example.com/.well-known/oauth-protected-resource'],
    ['https://mcp.example.com/', 'https://mcp.example.com/.well-known/oauth-protected-resource'],
    ['https://mcp.example.com/mcp', 'https://mcp.example.com/.well-known/oauth-protected-resource/mcp'],
    ['https://mcp.example.com:8443/a/b/', 'https://mcp.example.com:8443/.well-known/oauth-protected-resource/a/b/'],
    ['http://localhost:3000/mcp', 'http://localhost:3000/.well-known/oauth-protected-resource/mcp'],
    ['HTTPS://MCP.example.com/MCP', 'https://mcp.example.com/.well-known/oauth-protected-resource/MCP'],
  ])('%s: %s, and the resource byte for byte', (given, expected) => {
    const guard = createTestGuard({ audience: given })
    expect(guard.metadataUrl).toBe(expected)
    expect(guard.metadata.resource).toBe(given)
  })
})

describe('RFC 9728 §2: the metadata', () => {
  test('names the issuer, the scopes of all messages and tools, and the header', () => {
    expect(createTestGuard({ resourceName: 'Notes' }).metadata).toEqual({
      resource,
      authorization_servers: [issuer],
      scopes_supported: ['notes:read', 'notes:write', 'notes:share'],
      bearer_methods_supported: ['header'],
      resource_name: 'Notes',
    })
  })

  test('RFC 9728 §3.2: members without a value are left out, and scopesSupported says it otherwise', () => {
    const bare = createMcpGuard({ issuer, audience: resource, keys: { secret } })
    expect(Object.keys(bare.metadata)).toEqual(['resource', 'authorization_servers', 'bearer_methods_supported'])
    expect(createTestGuard({ scopesSupported: ['notes:read'] }).metadata.scopes_supported).toEqual(['notes:read'])
  })
})

describe('RFC 9728 §3: a request for the metadata', () => {
  const guard = createTestGuard()
  const answerTo = (url: string, method = 'GET') => guard.answerMetadata(new Request(url, { method }))

  test.each([metadataUrl, `${metadataUrl}?a=b`, 'https://mcp.example.com/.well-known/oauth-protected-resource'])(
    '%s is answered for any origin, to be kept for a while',
    async (url) => {
      const answer = answerTo(url)
      expect(answer?.status).toBe(200)
      expect(Object.fromEntries(answer?.headers ?? [])).toMatchObject({
        'access-control-allow-origin': '*',
        'cache-control': 'public, max-age=300',
        'content-type': 'application/json',
      })
      expect(await answer?.json()).toEqual(guard.metadata)
    },
  )

  test('RFC 9110 §9.3.2: HEAD has the headers of GET and no content', async () => {
    const [head, get] = [answerTo(metadataUrl, 'HEAD'), answerTo(metadataUrl)]
    expect([...(head?.headers ?? [])]).toEqual([...(get?.headers ?? [])])
    expect(await head?.text()).toBe('')
  })

  test('Fetch §3.3: a preflight may announce MCP-Protocol-Version', () => {
    const answer = answerTo(metadataUrl, 'OPTIONS')
    expect(answer?.status).toBe(204)
    expect(answer?.headers.get('access-control-allow-headers')).toContain('MCP-Protocol-Version')
  })

  test('RFC 9110 §15.5.6: another method is 405 and told what is allowed', () => {
    const answer = answerTo(metadataUrl, 'POST')
    expect([answer?.status, answer?.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS'])
  })

  test.each([resource, `${metadataUrl}/more`, 'https://mcp.example.com/.well-known/oauth-protected-resource/other'])(
    '%s is somebody else’s',
    (url) => expect(answerTo(url)).toBeUndefined(),
  )
})

describe('RFC 9728 §5.1: a challenge names the metadata, and the scopes that the rule asks for', () => {
  const guard = createTestGuard()
  const where = `Bearer resource_metadata="${metadataUrl}", `
  const expired = token('notes:read', { iat: nowSeconds - 300, exp: nowSeconds - 150 })
  const call = (name: string) => ({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name } })
  const rows: readonly [string, string | undefined, Rule | undefined, string][] = [
    ['without a token', undefined, undefined, `${where}scope="notes:read", realm="api"`],
    [
      'with an expired one',
      expired,
      undefined,
      `${where}scope="notes:read", error="invalid_token", error_description="Token has expired"`,
    ],
    [
      'without a token, for a tool',
      undefined,
      guard.ruleFor(call('share_note')),
      `${where}scope="notes:read notes:share notes:write", realm="api"`,
    ],
    ['without a token, by a rule that asks for no scope', undefined, {}, `${where}realm="api"`],
    [
      'RFC 6750 §3.1: with too little for a tool, all that the call needs',
      token('notes:read'),
      guard.ruleFor(call('add_note')),
      `${where}error="insufficient_scope", error_description="Token lacks a required scope", scope="notes:read notes:write"`,
    ],
    [
      'with a malformed header, no scope',
      'a b',
      undefined,
      `${where}error="invalid_request", error_description="Token is malformed or sent in more than one place"`,
    ],
  ]
  test.each(rows)('%s', (_, given, rule, challenge) => {
    const refusal = refusalOf(guard.check(requestWith(given), rule))
    expect(refusal.headers).toEqual({ 'WWW-Authenticate': challenge })
    // MCP clients take the first `scope=` that they find.
    expect(challenge.match(/\bscope=/g)?.length ?? 0).toBeLessThanOrEqual(1)
  })

  test('503 has no challenge, also when the keys are waited for', async () => {
    const fetch = () => Promise.reject(new TypeError('fetch failed'))
    const away = createMcpGuard({ issuer, audience: resource, fetch })
    const refusal = await Promise.resolve(away.check(requestWith(token('notes:read')))).then(refusalOf)
    expect(refusal).toMatchObject({ status: 503, headers: { 'Retry-After': expect.any(String) } })
    expect(refusal.headers).not.toHaveProperty('WWW-Authenticate')
    away.close()
  })

  test.each([
    ['Bearer error="x", DPoP algs="ES256"', `${where}scope="notes:read", error="x", DPoP algs="ES256"`],
    ['Basic realm="api"', 'Basic realm="api"'],
  ])('what a hook makes of it is kept: %s', (challenge, expected) => {
    const hooked = createTestGuard({ shapeRefusal: () => ({ headers: { 'WWW-Authenticate': challenge } }) })
    expect(refusalOf(hooked.check(requestWith())).headers['www-authenticate']).toBe(expected)
  })

  test('a guard of the core says nothing of metadata', async () => {
    const { createGuard } = await import('../create-guard.ts')
    const core = createGuard({ issuer, audience, keys: { secret } })
    expect(refusalOf(core.check(requestWith(), { scope: 'a' })).headers).toEqual({
      'WWW-Authenticate': 'Bearer realm="api"',
    })
  })
})

describe('MCP, "Tools": what a message needs', () => {
  const { ruleFor } = createTestGuard()
  const call = (name: unknown) => ({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name } })
  const rows: readonly [string, unknown, Rule][] = [
    ['another method', { jsonrpc: '2.0', id: 1, method: 'tools/list' }, { scope: ['notes:read'] }],
    ['a tool without scopes of its own', call('list_notes'), { scope: ['notes:read'] }],
    ['a tool with some', call('add_note'), { scope: ['notes:read', 'notes:write'] }],
    [
      'several messages',
      [call('add_note'), call('list_notes'), call('share_note')],
      { scope: ['notes:read', 'notes:write', 'notes:share'] },
    ],
    ['the name of a property that every object has', call('constructor'), { scope: ['notes:read'] }],
    ['an answer to the server', { jsonrpc: '2.0', id: 1, result: {} }, { scope: ['notes:read'] }],
  ]
  test.each(rows)('%s', (_, message, rule) => expect(ruleFor(message)).toEqual(rule))

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a text', JSON.stringify(call('add_note'))],
    ['bytes', Buffer.from(JSON.stringify(call('add_note')))],
    ['an object without a method', {}],
    ['no message in a list', []],
    ['a list within a list', [[call('add_note')]]],
    ['a list that is partly understood', [call('list_notes'), 'add_note']],
    ['a name that is none', call(['add_note'])],
    ['a call without parameters', { method: 'tools/call' }],
  ])('what nobody has parsed, or understands, may call anything, so it needs all scopes: %s', (_, body) => {
    expect(ruleFor(body)).toEqual({ scope: ['notes:read', 'notes:write', 'notes:share'] })
  })

  test('a tool may need permissions and roles, and several tools need what each of them does', () => {
    const guard = createTestGuard({
      tools: {
        add_note: 'notes:write',
        delete_note: { scope: 'notes:write', permission: 'notes:delete notes:see' },
        purge: { role: ['admin'], permission: ['notes:delete'] },
      },
    })
    const needs = { scope: ['notes:read', 'notes:write'], permission: ['notes:delete', 'notes:see'] }
    expect(guard.ruleFor(call('delete_note'))).toEqual(needs)
    expect(guard.ruleFor([call('purge'), call('delete_note')])).toEqual({
      scope: ['notes:read', 'notes:write'],
      permission: ['notes:delete', 'notes:see'],
      role: ['admin'],
    })
    expect(guard.ruleFor(undefined)).toEqual({ ...needs, role: ['admin'] })
    expect(guard.metadata.scopes_supported).toEqual(['notes:read', 'notes:write'])
    const rule = guard.ruleFor(call('delete_note'))
    const permissions = ['notes:see', 'notes:delete']
    const allowed = guard.check(requestWith(token('notes:read notes:write', { permissions })), rule)
    expect(allowed).toMatchObject({ kind: 'authenticated' })
    const refusal = refusalOf(guard.check(requestWith(token('notes:read notes:write')), rule))
    expect(refusal).toMatchObject({
      code: 'insufficient_permission',
      needs: { permission: 'notes:delete notes:see' },
      headers: {
        'WWW-Authenticate': `Bearer resource_metadata="${metadataUrl}", error="insufficient_scope", error_description="Token lacks a required permission", permission="notes:delete notes:see"`,
      },
    })
    const without = refusalOf(guard.check(requestWith(), rule))
    expect(without.headers['WWW-Authenticate']).toContain('scope="notes:read notes:write", realm')
  })

  test('without the option scope, only tools ask for scopes', () => {
    const guard = createMcpGuard({ issuer, audience: resource, keys: { secret }, tools: { add_note: 'notes:write' } })
    expect([guard.ruleFor({ method: 'tools/list' }), guard.ruleFor(call('add_note'))]).toEqual([
      {},
      { scope: ['notes:write'] },
    ])
  })
})

test('RFC 9728 §2, RFC 9449 §7.1: with dpop the metadata names algorithms, and challenges of both schemes name the metadata', () => {
  const guard = createTestGuard({ dpop: dpop() })
  expect(guard.metadata.dpop_signing_alg_values_supported).toContain('ES256')
  const offered = refusalOf(guard.check(requestWith())).headers['WWW-Authenticate']
  expect(offered).toMatch(/^Bearer resource_metadata="[^"]+", scope="notes:read", realm="api", DPoP algs="ES256 /)
  const authorization = `DPoP ${token('notes:read', { cnf: { jkt: 'k' } })}`
  const request = { ...requestWith(), header: (name: string) => (name === 'authorization' ? authorization : undefined) }
  const challenge = refusalOf(guard.check(request)).headers['WWW-Authenticate']
  expect(challenge).toMatch(/^DPoP resource_metadata="[^"]+", scope="notes:read", error="invalid_dpop_proof", /)
})

test('toAuthInfo gives the SDK who calls, until when, and for which server', () => {
  const guard = createTestGuard()
  const outcome = guard.check(requestWith(token('notes:read notes:write')))
  if ('then' in outcome || outcome.kind !== 'authenticated') throw new Error('it was refused')
  expect(guard.toAuthInfo(outcome.auth)).toEqual({
    token: token('notes:read notes:write'),
    clientId: 'tutorial',
    scopes: ['notes:read', 'notes:write'],
    expiresAt: nowSeconds + 150,
    resource: new URL(resource),
    extra: { auth: outcome.auth },
  })
})

describe('RFC 9728 §1.2: an option that cannot be meant refuses to start', () => {
  test.each<[string, object]>([
    ['an audience that is no URL', { audience: 'urn:api:notes' }],
    ['one over http', { audience: 'http://mcp.example.com/' }],
    ['one with a query', { audience: `${resource}?a=b` }],
    ['one with a fragment', { audience: `${resource}#a` }],
    ['one with a user', { audience: 'https://ada@mcp.example.com/' }],
    ['a scope with a quote', { scope: 'a"b' }],
    ['a tool with an empty list', { tools: { add_note: [] } }],
    ['a tool that needs what cannot be merged', { tools: { add_note: { anyScope: ['a'] } } }],
    ['a tool with a permission that is none', { tools: { add_note: { permission: 'a"b' } } }],
    ['an API that is none', { api: 'notes' }],
    ['tools as a list', { tools: ['add_note'] }],
    ['no scopes at all in scopesSupported', { scopesSupported: [] }],
    ['a scope in scopesSupported that is none', { scopesSupported: ['a b'] }],
    ['an empty name', { resourceName: '' }],
    ['no token in the header', { locations: { header: false, query: 'token' } }],
    ['an unknown option', { scopes: ['a'] }],
  ])('%s', (_, options) => {
    expect(() => createTestGuard(options)).toThrow(GuardConfigurationError)
  })
})
