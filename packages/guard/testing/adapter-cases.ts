import type { Rule } from '../src/guard.ts'
import type { CheckName } from '../src/guard-event.ts'
import type { GuardOptions } from '../src/guard-options.ts'
import type { RefusalCode } from '../src/request/refusal-answers.ts'
import { dpopCases } from './dpop-cases.ts'
import type { SentRequest } from './send-request.ts'
import { audience, nowSeconds, signToken } from './sign-token.ts'

/** One request to one guarded route, and what every adapter must answer. */
export interface AdapterCase {
  /** The claim, with its source. */
  readonly title: string
  /** Over a guard with the issuer, audience, clock and secret of `sign-token.ts`; with `fetch`, without the secret. */
  readonly options?: Partial<GuardOptions>
  readonly rule?: Rule
  readonly sent: SentRequest
  readonly answer: Passed | Refused
}

/** The handler ran: its answer names the caller, or null for an anonymous one. */
interface Passed {
  readonly caller: string | null
}

interface Refused {
  readonly status: number
  readonly challenge: string | undefined
  /** Parsed; undefined for no body at all. */
  readonly body: unknown
  /** Default: JSON in UTF-8. */
  readonly contentType?: string
  /** What the log hook is told: the code, and the check that failed where one did. */
  readonly code: RefusalCode
  readonly check?: CheckName
}

const valid = signToken()
const expired = signToken({ iat: nowSeconds - 300, exp: nowSeconds - 150 })
const forged = `${valid.slice(0, -4)}AAAA`
const other = signToken({ sub: 'account-2' })

const missing: Refused = {
  status: 401,
  challenge: 'Bearer realm="api"',
  body: { error: 'token_missing', error_description: 'Token is missing' },
  code: 'token_missing',
}
const expiredAnswer: Refused = {
  status: 401,
  challenge: 'Bearer error="invalid_token", error_description="Token has expired"',
  body: { error: 'token_expired', error_description: 'Token has expired' },
  code: 'token_expired',
  check: 'expiry',
}
const malformed: Refused = {
  status: 400,
  challenge: 'Bearer error="invalid_request", error_description="Token is malformed or sent in more than one place"',
  body: { error: 'invalid_request', error_description: 'Token is malformed or sent in more than one place' },
  code: 'invalid_request',
}
const unavailable: Refused = {
  status: 503,
  challenge: undefined,
  body: { error: 'keys_unavailable', error_description: 'Tokens cannot be checked at the moment' },
  code: 'keys_unavailable',
}

function invalid(check: CheckName): Refused {
  return {
    status: 401,
    challenge: 'Bearer error="invalid_token", error_description="Token is invalid"',
    body: { error: 'token_invalid', error_description: 'Token is invalid' },
    code: 'token_invalid',
    check,
  }
}

function tooLittle(scope: string): Refused {
  return {
    status: 403,
    challenge: `Bearer error="insufficient_scope", error_description="Token lacks a required scope", scope="${scope}"`,
    body: { error: 'insufficient_scope', error_description: 'Token lacks a required scope' },
    code: 'insufficient_scope',
    check: 'scope',
  }
}

/** What lacks is told by name, in parameters of our own: no scope that a client could ask for would help. */
function notPermitted(check: 'permission' | 'role' | 'organization' | 'impersonated', needs: string): Refused {
  return {
    status: 403,
    challenge: `Bearer error="insufficient_scope", error_description="Token lacks a required permission", ${needs}`,
    body: { error: 'insufficient_permission', error_description: 'Token lacks a required permission' },
    code: 'insufficient_permission',
    check,
  }
}

/** RFC 9470 §3 */
function stepUp(check: 'fresh' | 'acr' | 'amr', needs: string): Refused {
  const message = 'Login is too old or too weak'
  const error = 'insufficient_user_authentication'
  return {
    status: 401,
    challenge: `Bearer error="${error}", error_description="${message}", ${needs}`,
    body: { error, error_description: message },
    code: error,
    check,
  }
}

const signedIn = (secondsAgo: number, more: object = {}): string =>
  signToken({ auth_time: nowSeconds - secondsAgo, acr: 'aal1', amr: ['pwd'], ...more })
const proved = signedIn(20, { acr: 'aal2', amr: ['pwd', 'otp', 'mfa'] })

const support = signToken({ roles: ['support'], permissions: ['orders:cancel', 'orders:refund'] })
const acting = signToken({ org_id: 'org_blue' })
const impersonated = signToken({ act: { sub: 'acc_admin', impersonation: true } })
const delegated = signToken({ act: { sub: 'cli_mcp' } })
const strange = signToken({ permissions: [{ value: 'orders:refund' }] })

const bearer = (token: string): SentRequest => ({ fields: [['Authorization', `Bearer ${token}`]] })
const everywhere = { locations: { header: true, cookie: 'token', query: 'token', body: 'token' } }

export const adapterCases: readonly AdapterCase[] = [
  {
    title: 'RFC 6750 §2.1: a valid token in the Authorization header passes, and the handler knows its subject',
    sent: bearer(valid),
    answer: { caller: 'account-1' },
  },
  {
    title: 'RFC 9110 §11.1: the scheme is matched without regard to case',
    sent: { fields: [['authorization', `bEARER ${valid}`]] },
    answer: { caller: 'account-1' },
  },
  {
    title: 'RFC 6750 §3.1: a request without credentials gets a challenge without an error code',
    sent: {},
    answer: missing,
  },
  {
    title: 'RFC 6750 §3: another scheme is no credential for this guard',
    sent: { fields: [['Authorization', 'Basic YWxhZGRpbjpvcGVuc2VzYW1l']] },
    answer: missing,
  },
  { title: 'RFC 9068 §4: an expired token is refused as expired', sent: bearer(expired), answer: expiredAnswer },
  {
    title: 'an injected clock decides on expiry, beyond 15 s of leeway',
    options: { clock: () => (nowSeconds + 150 + 16) * 1000 },
    sent: bearer(valid),
    answer: expiredAnswer,
  },
  {
    title: 'within 15 s of leeway a token still passes',
    options: { clock: () => (nowSeconds + 150 + 14) * 1000 },
    sent: bearer(valid),
    answer: { caller: 'account-1' },
  },
  { title: 'RFC 9068 §4: a forged signature is refused', sent: bearer(forged), answer: invalid('signature') },
  {
    title: 'RFC 9068 §4: a token for another audience is refused',
    sent: bearer(signToken({ aud: 'https://other.example.com' })),
    answer: invalid('audience'),
  },
  {
    title: 'RFC 9068 §4: a token of another issuer is refused',
    sent: bearer(signToken({ iss: 'https://evil.example.com' })),
    answer: invalid('issuer'),
  },
  {
    title: 'RFC 8725 §3.11: a token of another type is refused',
    sent: bearer(signToken({}, { typ: 'JWT' })),
    answer: invalid('type'),
  },
  {
    title: 'RFC 7519 §7.2: text that is no JWT is refused',
    sent: bearer('not.a.token'),
    answer: invalid('form'),
  },
  {
    title: 'RFC 9068 §4: a token made longer is refused',
    sent: bearer(`${valid}${'A'.repeat(12_000)}`),
    answer: invalid('signature'),
  },
  {
    title: 'RFC 6750 §2.1: a header with the scheme alone is malformed',
    sent: { fields: [['Authorization', 'Bearer']] },
    answer: malformed,
  },
  {
    title: 'RFC 6750 §2.1: a header with two tokens is malformed',
    sent: { fields: [['Authorization', `Bearer ${valid} ${other}`]] },
    answer: malformed,
  },
  {
    title: 'RFC 6750 §2: two Authorization headers are refused, though Node shows only the first',
    sent: {
      fields: [
        ['Authorization', `Bearer ${valid}`],
        ['Authorization', `Bearer ${other}`],
      ],
    },
    answer: malformed,
  },
  {
    title: 'RFC 6750 §2: the same Authorization header twice is refused, in whatever case its name is written',
    sent: {
      fields: [
        ['Authorization', `Bearer ${valid}`],
        ['AUTHORIZATION', `Bearer ${valid}`],
      ],
    },
    answer: malformed,
  },
  {
    title: 'RFC 9110 §5.3: a token behind the header of another scheme is refused, not overlooked',
    sent: {
      fields: [
        ['Authorization', 'Basic YWxhZGRpbjpvcGVuc2VzYW1l'],
        ['Authorization', `Bearer ${valid}`],
      ],
    },
    answer: malformed,
  },
  {
    title: 'RFC 6750 §3.1: a token with all scopes of a rule passes',
    rule: { scope: 'orders:read orders:write' },
    sent: bearer(valid),
    answer: { caller: 'account-1' },
  },
  {
    title: 'RFC 6750 §3.1: a token without one of all scopes gets 403 and their names',
    rule: { scope: ['orders:read', 'orders:delete'] },
    sent: bearer(valid),
    answer: tooLittle('orders:read orders:delete'),
  },
  {
    title: 'a token with one of any scopes passes',
    rule: { anyScope: ['orders:delete', 'orders:write'] },
    sent: bearer(valid),
    answer: { caller: 'account-1' },
  },
  {
    title: 'a token with none of any scopes gets 403 and their names',
    rule: { anyScope: ['orders:delete', 'orders:admin'] },
    sent: bearer(valid),
    answer: tooLittle('orders:delete orders:admin'),
  },
  ...permissionCases(),
  ...stepUpCases(),
  ...optionalCases(),
  ...dpopCases,
  {
    title: 'RFC 6750 §2.3: the query is no place for a token unless the guard says so',
    sent: { target: `/guarded?token=${valid}` },
    answer: missing,
  },
  {
    title: 'RFC 6750 §2.3: a guard that opted in takes a token from the query',
    options: { locations: { query: 'token' } },
    sent: { target: `/guarded?page=2&token=${valid}&sort=date` },
    answer: { caller: 'account-1' },
  },
  {
    title: 'a cookie is no place for a token unless the guard says so',
    sent: { fields: [['Cookie', `token=${valid}`]] },
    answer: missing,
  },
  {
    title: 'a guard that opted in takes a token from a cookie',
    options: { locations: { cookie: 'token' } },
    sent: { fields: [['Cookie', `theme=dark; token=${valid}`]] },
    answer: { caller: 'account-1' },
  },
  {
    title: 'RFC 6265 §5.4: two cookies of the name are refused, even in two Cookie headers',
    options: { locations: { cookie: 'token' } },
    sent: {
      fields: [
        ['Cookie', `token=${valid}`],
        ['Cookie', `theme=dark; token=${other}`],
      ],
    },
    answer: malformed,
  },
  {
    title: 'RFC 9113 §8.2.3: a token in the second of two Cookie headers is found',
    options: { locations: { cookie: 'token' } },
    sent: {
      fields: [
        ['Cookie', 'theme=dark'],
        ['Cookie', `token=${valid}`],
      ],
    },
    answer: { caller: 'account-1' },
  },
  {
    title: 'RFC 6750 §2.2: the body is no place for a token unless the guard says so',
    sent: { form: `token=${valid}` },
    answer: missing,
  },
  {
    title: 'RFC 6750 §2.2: a guard that opted in takes a token from a form',
    options: { locations: { body: 'token' } },
    sent: { form: `amount=3&token=${valid}` },
    answer: { caller: 'account-1' },
  },
  {
    title: 'RFC 6750 §2.2: an expired token in a form is expired',
    options: { locations: { body: 'token' } },
    sent: { form: `token=${expired}` },
    answer: expiredAnswer,
  },
  {
    title: 'a token beyond the size bound is refused unread; Node lets no header be as long',
    options: { locations: { body: 'token' } },
    sent: { form: `token=${valid}${'A'.repeat(20_000)}` },
    answer: invalid('form'),
  },
  {
    title: 'RFC 6750 §2: a token in the header and in the query is refused, even if it is the same',
    options: everywhere,
    sent: { target: `/guarded?token=${valid}`, ...bearer(valid) },
    answer: malformed,
  },
  {
    title: 'RFC 6750 §2: a token in a cookie and in the query is refused',
    options: everywhere,
    sent: { target: `/guarded?token=${valid}`, fields: [['Cookie', `token=${valid}`]] },
    answer: malformed,
  },
  {
    title: 'RFC 6750 §2: a token in the header and in a form is refused',
    options: everywhere,
    sent: { ...bearer(valid), form: `token=${other}` },
    answer: malformed,
  },
  {
    title: 'RFC 6749 §3.1: a repeated query parameter is refused',
    options: { locations: { query: 'token' } },
    sent: { target: `/guarded?token=${valid}&token=${other}` },
    answer: malformed,
  },
  {
    title: 'RFC 6749 §3.1: a repeated form parameter is refused',
    options: { locations: { body: 'token' } },
    sent: { form: `token=${valid}&token=${other}` },
    answer: malformed,
  },
  {
    title: 'a guard that cannot get its keys says 503 with Retry-After, never 401',
    options: { fetch: () => Promise.reject(new TypeError('fetch failed')) },
    sent: bearer(signToken({}, { alg: 'ES256', kid: 'k1' })),
    answer: unavailable,
  },
  {
    title: 'shapeRefusal writes the body, and the challenge stays',
    options: { shapeRefusal: (refusal) => ({ body: { 'Alert!': refusal.message } }) },
    sent: {},
    answer: { ...missing, body: { 'Alert!': 'Token is missing' } },
  },
  {
    title: 'shapeRefusal may change status and headers',
    options: {
      shapeRefusal: (refusal) => ({
        status: 404,
        headers: { 'content-type': 'application/problem+json; charset=utf-8' },
        body: { title: refusal.message, status: 404 },
      }),
    },
    sent: bearer(forged),
    answer: {
      ...invalid('signature'),
      status: 404,
      body: { title: 'Token is invalid', status: 404 },
      contentType: 'application/problem+json; charset=utf-8',
    },
  },
  {
    title: 'RFC 9110 §9.3.2: HEAD is refused like GET, without a body',
    sent: { method: 'HEAD' },
    answer: { ...missing, body: undefined },
  },
  {
    title: 'RFC 9068 §4: the audience may be one of several',
    sent: bearer(signToken({ aud: ['https://other.example.com', audience] })),
    answer: { caller: 'account-1' },
  },
]

/** What rules ask of the account; `valid` has neither role nor permission. */
function permissionCases(): AdapterCase[] {
  const cases: readonly (readonly [title: string, rule: Rule, token: string, refused?: Refused])[] = [
    ['all permissions of a rule', { permission: ['orders:refund', 'orders:cancel'] }, support],
    ['one permission, in a text', { permission: 'orders:refund orders:cancel' }, support],
    ['one of any permissions', { anyPermission: ['orders:close', 'orders:refund'] }, support],
    ['a role', { role: 'support' }, support],
    ['one of any roles', { anyRole: ['admin', 'support'] }, support],
    [
      'scope, permission and role together',
      { scope: 'orders:read', permission: 'orders:refund', role: 'support' },
      support,
    ],
    [
      'one permission of two',
      { permission: ['orders:refund', 'orders:close'] },
      support,
      notPermitted('permission', 'permission="orders:refund orders:close"'),
    ],
    [
      'none of any permissions',
      { anyPermission: ['orders:close'] },
      support,
      notPermitted('permission', 'permission="orders:close"'),
    ],
    [
      'no permission at all',
      { permission: 'orders:refund' },
      valid,
      notPermitted('permission', 'permission="orders:refund"'),
    ],
    [
      'a scope that is called like the permission',
      { permission: 'orders:read' },
      valid,
      notPermitted('permission', 'permission="orders:read"'),
    ],
    ['a part of a permission', { permission: 'orders' }, support, notPermitted('permission', 'permission="orders"')],
    [
      'a permission of other case',
      { permission: 'Orders:refund' },
      support,
      notPermitted('permission', 'permission="Orders:refund"'),
    ],
    [
      'a permission as RFC 7643 writes it, which is no text,',
      { permission: 'orders:refund' },
      strange,
      notPermitted('permission', 'permission="orders:refund"'),
    ],
    ['nobody who impersonates', { impersonated: false }, valid],
    ['nobody who impersonates, though a client acts for the person', { impersonated: false }, delegated],
    ['whoever acts, where nothing is said', {}, impersonated],
    [
      'nobody who impersonates',
      { impersonated: false },
      impersonated,
      notPermitted('impersonated', 'impersonated="false"'),
    ],
    ['any organization', { organization: true }, acting],
    ['one organization of several', { organization: ['org_red', 'org_blue'] }, acting],
    ['no organization', { organization: true }, valid, notPermitted('organization', 'organization="any"')],
    [
      'another organization',
      { organization: 'org_red' },
      acting,
      notPermitted('organization', 'organization="org_red"'),
    ],
    ['another role', { role: 'admin' }, support, notPermitted('role', 'role="admin"')],
    ['none of any roles', { anyRole: ['admin', 'root'] }, support, notPermitted('role', 'role="admin root"')],
    [
      'a permission that is called like the role',
      { role: 'orders:refund' },
      support,
      notPermitted('role', 'role="orders:refund"'),
    ],
    [
      'neither permission nor role: both are told',
      { anyPermission: ['orders:close', 'orders:void'], role: ['admin'] },
      support,
      notPermitted('permission', 'permission="orders:close orders:void", role="admin"'),
    ],
    [
      'neither scope nor permission: the scope is told',
      { scope: 'orders:delete', permission: 'x' },
      valid,
      tooLittle('orders:delete'),
    ],
  ]
  return cases.map(([title, rule, token, refused]) => ({
    title: `RFC 6750 §3.1: a token with ${title} ${refused === undefined ? 'passes' : 'gets 403'}`,
    rule,
    sent: bearer(token),
    answer: refused ?? { caller: 'account-1' },
  }))
}

/** RFC 9470: what a login must have been. */
function stepUpCases(): AdapterCase[] {
  const cases: readonly (readonly [title: string, rule: Rule, token: string, refused?: Refused])[] = [
    ['a login of just now', { fresh: '5m' }, signedIn(300)],
    ['a login of before', { fresh: '5m' }, signedIn(301), stepUp('fresh', 'max_age="300"')],
    ['no time of login', { fresh: '1d' }, valid, stepUp('fresh', 'max_age="86400"')],
    ['a login of the future', { fresh: '5m' }, signedIn(-301), stepUp('fresh', 'max_age="300"')],
    [
      'a time of login in milliseconds',
      { fresh: '5m' },
      signedIn(0, { auth_time: nowSeconds * 1000 }),
      stepUp('fresh', 'max_age="300"'),
    ],
    [
      'a time of login that is no number',
      { fresh: '1d' },
      signedIn(0, { auth_time: `${nowSeconds}` }),
      invalid('claims'),
    ],
    ['the acr', { acr: 'aal2' }, proved],
    ['a higher acr', { acr: 'aal1' }, proved],
    ['one of several', { acr: ['urn:example:gold', 'aal2'] }, proved],
    ['an acr of another issuer', { acr: 'urn:example:gold' }, signedIn(0, { acr: 'urn:example:gold' })],
    ['a lower acr', { acr: 'aal2' }, signedIn(0), stepUp('acr', 'acr_values="aal2"')],
    ['none of several', { acr: ['phr', 'gold'] }, proved, stepUp('acr', 'acr_values="phr gold"')],
    ['no acr', { acr: 'aal1' }, valid, stepUp('acr', 'acr_values="aal1"')],
    ['the methods', { amr: ['otp', 'mfa'] }, proved],
    ['another method', { amr: 'hwk' }, proved, stepUp('amr', 'amr="hwk"')],
    [
      'all of it lacking: all is told at once',
      { acr: 'aal2', fresh: '60s' },
      signedIn(61),
      stepUp('fresh', 'max_age="60", acr_values="aal2"'),
    ],
    [
      'no scope either: the scope is told',
      { fresh: '1s', scope: 'orders:delete' },
      signedIn(9),
      tooLittle('orders:delete'),
    ],
  ]
  return cases.map(([title, rule, token, refused]) => ({
    title: `RFC 9470 §3: a token with ${title} ${refused === undefined ? 'passes' : `gets ${refused.status}`}`,
    rule,
    sent: bearer(token),
    answer: refused ?? { caller: 'account-1' },
  }))
}

/** Three ways of having no valid token, each allowed alone. */
function optionalCases(): AdapterCase[] {
  const ways = [
    { way: 'absent', sent: {}, refused: missing },
    { way: 'expired', sent: bearer(expired), refused: expiredAnswer },
    { way: 'invalid', sent: bearer(forged), refused: invalid('signature') },
  ] as const
  const policies = ways.flatMap(({ way: allowed }) =>
    ways.map(
      ({ way, sent, refused }): AdapterCase => ({
        title: `a rule that allows ${allowed} tokens ${way === allowed ? 'lets' : 'refuses'} ${way} ones`,
        rule: { optional: { [allowed]: 'allow' } },
        sent,
        answer: way === allowed ? { caller: null } : refused,
      }),
    ),
  )
  const known: AdapterCase = {
    title: 'an optional rule knows who calls when the token is valid',
    rule: { optional: true },
    sent: bearer(valid),
    answer: { caller: 'account-1' },
  }
  return [...policies, known]
}
