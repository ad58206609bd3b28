import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { documentLifetime } from './document-lifetime.ts'
import { parseClientDocument } from './parse-client-document.ts'
import { isHostAllowed, parseClientIdUrl } from './parse-client-id-url.ts'

const url = new URL('https://agent.example.com/client.json')
const good = { client_id: url.href, client_name: 'Agent', redirect_uris: ['http://127.0.0.1/callback'] }
const privateKeyJwt = { token_endpoint_auth_method: 'private_key_jwt' }
const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const publicJwk = publicKey.export({ format: 'jwk' })

function parse(changes: object) {
  return parseClientDocument(url, Buffer.from(JSON.stringify({ ...good, ...changes })))
}

describe('draft-ietf-oauth-client-id-metadata-document-02 §3: the URL', () => {
  test.each([url.href, 'https://a.example/x?y=1', 'https://a.example:8443/x', 'https://a.example/x/'])('%s', (text) => {
    expect(parseClientIdUrl(text)?.href).toBe(text)
  })

  test.each([
    'http://agent.example.com/client.json',
    'https://agent.example.com',
    'https://agent.example.com/',
    'https://agent.example.com/a#b',
    'https://agent.example.com/a#',
    'https://ada@agent.example.com/a',
    'https://ada:secret@agent.example.com/a',
    'https://agent.example.com/a/../b',
    'https://agent.example.com/a/%2e%2e/b',
    'https://agent.example.com/./a',
    'https://AGENT.example.com/a',
    'HTTPS://agent.example.com/a',
    'https://agent.example.com:443/a',
    'https://agent.example.com\\a',
    'https://agent.example.com/a b',
    'https://0x7f.1/a',
    'https://agent.example.com./a',
    `https://accounts.example.${'a'.repeat(60)}.evil.example/${'a'.repeat(20)}`.replace(
      'a.evil',
      `${'.b'.repeat(20)}.evil`,
    ),
    `https://agent.example.com/${'a'.repeat(512)}`,
    'cli_abc',
    '',
  ])('not %s', (text) => {
    expect(parseClientIdUrl(text)).toBeUndefined()
  })

  test('hosts are allowed by name, by domain, or all', () => {
    expect(isHostAllowed(['*'], 'a.example')).toBe(true)
    expect(isHostAllowed([], 'a.example')).toBe(false)
    expect(isHostAllowed(['*.a.example'], 'b.a.example')).toBe(true)
    expect(isHostAllowed(['*.a.example', 'c.example'], 'a.example')).toBe(false)
    expect(isHostAllowed(['*.a.example'], 'evil-a.example')).toBe(false)
    expect(isHostAllowed(['c.example'], 'c.example')).toBe(true)
  })
})

describe('draft-ietf-oauth-client-id-metadata-document-02 §4: the document', () => {
  test.each([
    [true, true],
    [false, false],
    [undefined, false],
    ['yes', false],
  ])('RFC 9449 §5.2: dpop_bound_access_tokens %s: whether a proof is required: %s', (given, isDpopRequired) => {
    expect(parse({ dpop_bound_access_tokens: given })).toMatchObject({ client: { isDpopRequired } })
  })

  test('becomes a public client whose name shows its host', () => {
    const grant_types = ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code']
    expect(parse({ grant_types, scope: 'orders:read' })).toMatchObject({
      ok: true,
      client: {
        name: 'Agent (agent.example.com)',
        type: 'public',
        redirectUris: ['http://127.0.0.1/callback'],
        grants: ['authorization_code', 'refresh_token'],
        scopes: ['orders:read'],
        isFirstParty: false,
      },
    })
  })

  test('with private_key_jwt it becomes a confidential client, with nothing that only an operator gives', () => {
    const keyed = { token_endpoint_auth_method: 'private_key_jwt', jwks_uri: 'https://agent.example.com/jwks' }
    const scope = 'orders:read introspect:https://orders.example revocations:write'
    const { jwks_uri: jwksUri } = keyed
    const confidential = { type: 'confidential', keys: { jwksUri }, scopes: ['orders:read'], isFirstParty: false }
    expect(parse({ ...keyed, scope })).toMatchObject({ ok: true, client: confidential })
    expect(parse({ ...keyed, jwks_uri: undefined, jwks: { keys: [publicJwk] } })).toMatchObject({
      ok: true,
      client: { type: 'confidential', keys: { jwks: { keys: [publicJwk] } } },
    })
    const unused = parse({ ...keyed, token_endpoint_auth_method: 'none' })
    expect(unused).toMatchObject({ ok: true, client: { type: 'public', keys: undefined } })
  })

  test.each([[undefined], [''], ['x'.repeat(200)], ['a\u202eb'], ['\u3164'], [7], [{ toString: 1 }]])(
    'the name %j gives way to the host',
    (client_name) => {
      const parsed = parse({ client_name })
      expect(parsed.ok && parsed.client.name).toBe('agent.example.com')
    },
  )

  test.each<[string, object]>([
    ['another client_id', { client_id: 'https://agent.example.com/other.json' }],
    ['no client_id', { client_id: undefined }],
    ['a secret', { client_secret: 'secret' }],
    ['the end of a secret', { client_secret_expires_at: 0 }],
    ['a symmetric method', { token_endpoint_auth_method: 'client_secret_basic' }],
    ['another symmetric method', { token_endpoint_auth_method: 'client_secret_jwt', jwks: { keys: [] } }],
    ['a method that is no text', { token_endpoint_auth_method: 7 }],
    ['private_key_jwt without keys', privateKeyJwt],
    ['private_key_jwt with no key', { ...privateKeyJwt, jwks: { keys: [] } }],
    ['private_key_jwt with a private key', { ...privateKeyJwt, jwks: { keys: [{ ...publicJwk, d: 'x' }] } }],
    ['private_key_jwt with keys twice', { ...privateKeyJwt, jwks: { keys: [publicJwk] }, jwks_uri: url.href }],
    ['keys in clear text', { ...privateKeyJwt, jwks_uri: 'http://agent.example.com/jwks' }],
    ['keys at what is no text', { ...privateKeyJwt, jwks_uri: 7 }],
    ['keys at what can become no text', { ...privateKeyJwt, jwks_uri: { toString: 1 } }],
    ['no redirect_uris', { redirect_uris: undefined }],
    ['empty redirect_uris', { redirect_uris: [] }],
    ['a redirect URI in clear text', { redirect_uris: ['http://agent.example.com/callback'] }],
    ['a script as redirect URI', { redirect_uris: ['javascript:alert(1)'] }],
    ['a number as redirect URI', { redirect_uris: [7] }],
    ['too many redirect URIs', { redirect_uris: Array.from({ length: 51 }, (_, n) => `https://a.example/${n}`) }],
    ['other response types', { response_types: ['token'] }],
    ['other grants', { grant_types: ['client_credentials'] }],
    ['another algorithm', { id_token_signed_response_alg: 'none' }],
    ['scopes that are none', { scope: 'a"b' }],
  ])('is refused with %s', (_, changes) => {
    expect(parse(changes)).toMatchObject({ ok: false, sentence: expect.stringMatching(/\.$/) })
  })

  test.each(['', 'null', '[]', '"x"', '{', '\xff'])('is refused when it is %j', (text) => {
    expect(parseClientDocument(url, Buffer.from(text, 'latin1')).ok).toBe(false)
  })
})

test.each([
  ['', 3_600_000],
  ['max-age=600', 600_000],
  ['public, Max-Age=600', 600_000],
  ['max-age=0', 60_000],
  ['max-age=99999999', 86_400_000],
  ['max-age=600, no-store', 60_000],
  ['no-cache', 60_000],
  ['max-age=abc', 3_600_000],
  ['public ,\tmax-age=600 ', 600_000],
])('RFC 9111 §5.2.2: Cache-Control: %s', (cacheControl, milliseconds) => {
  expect(documentLifetime(cacheControl)).toBe(milliseconds)
})

test('a Cache-Control full of blanks is read in no time, though anybody’s host may send it', () => {
  const begunAt = performance.now()
  expect(documentLifetime(`public${' '.repeat(60_000)}x, max-age=600`)).toBe(600_000)
  expect(performance.now() - begunAt).toBeLessThan(2000)
})
