import fc from 'fast-check'
import { afterAll, beforeAll, expect } from 'vitest'
import { adminRoutes } from '../packages/server/src/endpoints/admin/admin-routes.ts'
import { issuerUrls } from '../packages/server/src/endpoints/issuer-urls.ts'
import { AdminScene } from '../packages/server/testing/admin-scene.ts'
import { addAccount, addApi } from '../packages/server/testing/test-server.ts'
import { hostileJson, hostileText, mutated, textLike } from './hostile.ts'
import { fuzz } from './property.ts'

const marker = 'S3CRET-of-a-test'
/** What a request may say: good values, of which some are found only by who knows the server. */
const parameters: Readonly<Record<string, readonly string[]>> = {
  grant_type: [
    'refresh_token',
    'authorization_code',
    'client_credentials',
    'urn:ietf:params:oauth:grant-type:device_code',
    'urn:ietf:params:oauth:grant-type:token-exchange',
    'urn:ietf:params:oauth:grant-type:jwt-bearer',
  ],
  client_id: ['ostiary', 'cli_AAAAAAAAAAAAAAAAAAAAAA', 'https://app.example.com/client.json'],
  client_secret: [marker],
  refresh_token: [`or_${'A'.repeat(80)}`, marker],
  code: [marker, '123456', 'BCDF-GHJK'],
  code_verifier: [marker],
  code_challenge: ['E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'],
  code_challenge_method: ['S256', 'plain'],
  response_type: ['code', 'token'],
  redirect_uri: ['http://127.0.0.1:4000/cb'],
  scope: ['openid orders:read'],
  state: ['a'],
  nonce: ['n'],
  prompt: ['none', 'login consent'],
  max_age: ['0', '-1', '1e9'],
  login_hint: ['ada'],
  request_uri: ['urn:ietf:params:oauth:request_uri:AAAA'],
  resource: ['https://api.example.com'],
  audience: ['https://api.example.com'],
  username: ['ada'],
  password: [marker],
  otp: ['123456'],
  email: ['ada@example.com'],
  login: ['ada'],
  token: [marker, `or_${'A'.repeat(80)}`, 'a.b.c'],
  token_type_hint: ['access_token'],
  subject_token: [`ok_${'A'.repeat(70)}`, 'a.b.c'],
  subject_token_type: ['urn:ietf:params:oauth:token-type:access_token'],
  client_assertion: ['eyJhbGciOnsidG9TdHJpbmciOjF9fQ.eyJpc3MiOiJhIn0.AA', `${marker}.a.b`],
  client_assertion_type: ['urn:ietf:params:oauth:client-assertion-type:jwt-bearer'],
  assertion: ['eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOnsidG9TdHJpbmciOjF9fQ.AA'],
  id_token_hint: ['a.b.c'],
  post_logout_redirect_uri: ['https://app.example.com/'],
  device_code: [marker],
  user_code: ['BCDF-GHJK'],
  return_to: ['/account', '//evil.example'],
  after: ['0', '-1', '99999999999'],
  wait: ['1ms'],
  limit: ['1', '0', '201'],
  cursor: ['W10', 'WzEsImEiXQ'],
  since: ['2026-01-01'],
  secret: [marker],
  challenge: ['AAAA'],
  credential: ['{"id":"AAAA","rawId":"AAAA","type":"public-key","response":{}}'],
  name: ['Ada'],
  redirect_uris: ['https://app.example.com/cb'],
  url: ['https://hooks.example.com/'],
}
const names = Object.keys(parameters)
const pair = fc
  .constantFrom(...names)
  .chain((name) =>
    fc.tuple(
      fc.oneof({ weight: 9, arbitrary: fc.constant(name) }, { weight: 1, arbitrary: hostileText }),
      fc.oneof(
        { weight: 3, arbitrary: fc.constantFrom(...(parameters[name] ?? [''])) },
        { weight: 2, arbitrary: mutated(...(parameters[name] ?? [''])) },
        { weight: 1, arbitrary: hostileText },
      ),
    ),
  )
const pairs = fc.array(pair, { maxLength: 6 })
const encode = (given: readonly (readonly [string, string])[]) =>
  given.map((one) => one.map(encodeText).join('=')).join('&')
/** Half a character has no encoding; its bytes are sent all the same. */
const encodeText = (text: string) => encodeURIComponent(text.toWellFormed()).slice(0, 9_000)

const urls = issuerUrls('http://127.0.0.1')
const paths = Object.entries(urls).flatMap(([name, path]) =>
  name.endsWith('Path') && typeof path === 'string' ? [path] : [],
)
const admin = adminRoutes.map(({ method, path }) => ({ method, path: `${urls.adminPath}${path}` }))
const segment = fc
  .oneof(
    fc.constantFrom(
      'acc_AAAAAAAAAAAAAAAAAAAAAA',
      'cli_AAAAAAAAAAAAAAAAAAAAAA',
      '1',
      'editor',
      'https://api.example.com',
    ),
    hostileText.filter((text) => text.length < 200),
  )
  .map(encodeText)
const route = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(fc.constantFrom('GET', 'POST'), fc.constantFrom(...paths)) },
  { weight: 3, arbitrary: fc.constantFrom(...admin).map(({ method, path }) => [method, path] as const) },
  {
    weight: 1,
    arbitrary: fc.tuple(
      fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD', 'PROPFIND'),
      fc.oneof(
        fc.constantFrom(...paths, '/metrics', '/healthz', '/%', '/%2e%2e/', '/a//b'),
        segment.map((text) => `/${text}`),
      ),
    ),
  },
)

const printable = (text: string) =>
  text
    .replaceAll(/[^\x20-\x7e]/g, '?')
    .trim()
    .slice(0, 4_000)
const header = (...valid: readonly string[]) =>
  fc.option(textLike(...valid).map(printable), { nil: undefined, freq: 2 })
const headers = fc.record({
  authorization: fc.constantFrom(
    'admin',
    undefined,
    undefined,
    `Bearer ${marker}`,
    `Basic ${Buffer.from(`a:${marker}`).toString('base64')}`,
    'DPoP a.b.c',
    'Basic !!',
  ),
  cookie: header(`__Host-ostiary-session=AAAA.${marker}`, 'ostiary-session=a.b'),
  accept: fc.constantFrom('application/json', 'text/html', '*/*', undefined),
  origin: fc.constantFrom(undefined, 'null', 'https://evil.example'),
  dpop: header('eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7fX0.e30.AA'),
  'if-match': header('"AAAA"', '*'),
  'if-none-match': header('"AAAA"'),
  'idempotency-key': header('a-key'),
  'accept-language': header('de-AT,de;q=0.9'),
  'x-forwarded-for': header('203.0.113.7'),
  'user-agent': header('Mozilla/5.0 (Windows NT 10.0) Firefox/120.0'),
})
const body = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(fc.constant('application/x-www-form-urlencoded'), pairs.map(encode)) },
  {
    weight: 3,
    arbitrary: fc.tuple(
      fc.constant('application/json'),
      fc
        .array(
          fc.tuple(
            fc.constantFrom(...names),
            fc.oneof(
              hostileJson,
              pair.map(([, value]) => value),
            ),
          ),
          { maxLength: 5 },
        )
        .map((members) => JSON.stringify(Object.fromEntries(members))),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(
      fc.constantFrom(
        'application/json',
        'text/plain',
        'application/x-www-form-urlencoded; charset=x',
        'multipart/form-data',
        '',
      ),
      hostileText,
    ),
  },
)
const request = fc.record({ route, segment, query: pairs.map(encode), headers, body, hasBody: fc.boolean() })

let scene: AdminScene
let token: string
beforeAll(async () => {
  scene = await AdminScene.start({
    config: { registration: 'open', signUp: 'open', emailLogin: true },
    fetchDocument: () => Promise.reject(new Error('There is no network here.')),
  })
  token = await scene.signInAdmin()
  await addAccount(scene.server, 'ada', 'correct horse battery')
  await addApi(scene.server, { audience: 'https://api.example.com', scopes: ['orders:read'] })
})
afterAll(() => scene?.server.stop())

fuzz(
  'every endpoint',
  'whatever is sent, the answer is no 500 and of the declared form, and the log holds no secret',
  request,
  async (sent) => {
    const { method, url, init } = toFetch(sent)
    const before = scene.server.logText().length
    const answer = await fetch(url, init)
    const type = answer.headers.get('content-type') ?? ''
    // A stream has no end.
    const text = type.startsWith('text/event-stream') ? await answer.body?.cancel().then(() => '') : await answer.text()
    const said = `${method} ${url}: ${answer.status} ${text?.slice(0, 300)}`
    expect(answer.status < 500 || (answer.status === 503 && answer.headers.has('retry-after')), said).toBe(true)
    if (answer.status >= 400 && method !== 'HEAD') expectError(answer, text ?? '', said)
    const logged = scene.server.logText().slice(before)
    expect(logged, said).not.toContain(marker)
    expect(logged, said).not.toContain(token.split('.')[2])
  },
  { runs: 250 },
)

type Sent = typeof request extends fc.Arbitrary<infer Value> ? Value : never

function toFetch({
  route: [method, path],
  segment: within,
  query,
  headers: given,
  body: [type, content],
  hasBody,
}: Sent) {
  const filled = path.replaceAll(/\{\w+\}/g, () => within)
  const url = `${scene.server.issuer}${filled}${query === '' ? '' : `?${query}`}`.slice(0, 12_000)
  const own = Object.entries(given).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value === 'admin' ? `Bearer ${token}` : value] as const],
  )
  const isEmpty = method === 'GET' || method === 'HEAD' || !hasBody
  const all = [...own, ...(isEmpty || type === '' ? [] : [['content-type', type] as const])]
  const init: RequestInit = {
    method,
    redirect: 'manual',
    headers: all.map(([name, value]) => [name, value]),
    ...(isEmpty ? {} : { body: content }),
  }
  return { method, url, init }
}

/** RFC 6749 §5.2, RFC 9457 §3, or a page with the same words. */
function expectError({ status, headers: got }: Response, text: string, said: string): void {
  // Node itself refuses a head of that size, before any of our code.
  if (status === 431 || (status === 400 && text === '')) return
  expect(got.get('cache-control'), said).toContain('no-store')
  const type = got.get('content-type') ?? ''
  if (type.startsWith('text/html')) return void expect(text, said).toMatch(/^<!doctype html>/i)
  const answer = JSON.parse(text) as Record<string, unknown>
  if (type === 'application/problem+json')
    expect(answer, said).toMatchObject({
      status,
      code: expect.any(String),
      detail: expect.any(String),
      incident_id: expect.any(String),
    })
  else expect(answer, said).toMatchObject({ error: expect.any(String) })
}
