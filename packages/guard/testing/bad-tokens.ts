import { createHmac } from 'node:crypto'
import type { CheckName } from '../src/guard-event.ts'
import { audience, issuer, nowSeconds } from './sign-token.ts'
import { encodePart, makeSigningKey, type SigningKey, signParts } from './signing-keys.ts'

export const issuerKey: SigningKey = makeSigningKey('ES256')
const strangersKey = makeSigningKey('ES256')

const goodHeader = { alg: 'ES256', typ: 'at+jwt', kid: issuerKey.kid }
export const goodClaims = {
  iss: issuer,
  sub: 'account-1',
  aud: audience,
  client_id: 'tutorial',
  iat: nowSeconds,
  exp: nowSeconds + 150,
  jti: '01999999-0000-7000-8000-000000000001',
  scope: 'orders:read orders:write',
}

/** Signs a good token with some members changed; undefined takes one away. */
export function makeToken(claims: Record<string, unknown> = {}, header: Record<string, unknown> = {}): string {
  return signParts({ ...goodHeader, ...header }, { ...goodClaims, ...claims }, issuerKey)
}

export interface BadToken {
  /** The claim, with its source. */
  readonly title: string
  readonly token: string
  /** The check that refuses it. */
  readonly check: CheckName
}

const good = makeToken()
const [head = '', body = '', signature = ''] = good.split('.')
const publicPem = Buffer.from(JSON.stringify(issuerKey.jwk))
const hmacInput = `${encodePart({ ...goodHeader, alg: 'HS256' })}.${body}`
const lastCharacters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const looseLast = lastCharacters[lastCharacters.indexOf(signature.at(-1) ?? '') + 1] ?? ''

function bad(title: string, token: string, check: CheckName): BadToken {
  return { title, token, check }
}

/** Tokens that must be refused, and by which check. The good token of `makeToken()` is the one that they differ from. */
export const badTokens: readonly BadToken[] = [
  bad('RFC 8725 §3.1: alg none is refused', `${encodePart({ ...goodHeader, alg: 'none' })}.${body}.AA`, 'algorithm'),
  bad('RFC 8725 §3.1: alg none without signature is refused', `${encodePart({ alg: 'none' })}.${body}.`, 'form'),
  bad('RFC 8725 §3.1: alg nOnE is refused', makeToken({}, { alg: 'nOnE' }), 'algorithm'),
  bad('RFC 8725 §3.1: an algorithm that is not allowed is refused', makeToken({}, { alg: 'ES512' }), 'algorithm'),
  bad('RFC 7515 §4.1.1: a header without alg is refused', makeToken({}, { alg: undefined }), 'algorithm'),
  bad('RFC 7515 §4.1.1: alg distinguishes case', makeToken({}, { alg: 'es256' }), 'algorithm'),
  bad('RFC 7515 §4.1.1: an alg that is no text is refused', makeToken({}, { alg: ['ES256'] }), 'algorithm'),
  bad(
    'RFC 8725 §2.1: a public key is no HMAC secret',
    `${hmacInput}.${createHmac('sha256', publicPem).update(hmacInput).digest('base64url')}`,
    'algorithm',
  ),
  bad('RFC 8725 §3.1: the header cannot choose another algorithm for a key', makeToken({}, { alg: 'RS256' }), 'key'),
  bad(
    'RFC 8725 §3.3: another key than the issuer’s is refused',
    signParts(goodHeader, goodClaims, strangersKey),
    'signature',
  ),
  bad(
    'RFC 8725 §3.10: a key in the header is not read',
    signParts({ ...goodHeader, jwk: strangersKey.jwk }, goodClaims, strangersKey),
    'signature',
  ),
  bad(
    'RFC 8725 §3.10: a URL of keys in the header is not read',
    signParts({ ...goodHeader, kid: 'other', jku: 'http://127.0.0.1:1/' }, goodClaims, strangersKey),
    'key',
  ),
  bad('RFC 7515 §4.1.4: a kid that no key has is refused', makeToken({}, { kid: 'other' }), 'key'),
  bad('RFC 7515 §4.1.4: a kid that is no text is refused', makeToken({}, { kid: 1 }), 'key'),
  bad('RFC 8725bis: a kid is bounded', makeToken({}, { kid: 'k'.repeat(257) }), 'key'),
  bad('RFC 7515 §4.1.11: crit is refused', makeToken({}, { crit: ['exp'] }), 'critical'),
  bad('RFC 7515 §4.1.11: an empty crit is refused', makeToken({}, { crit: [] }), 'critical'),
  bad('RFC 7797 §3: b64 is refused', makeToken({}, { b64: false, crit: ['b64'] }), 'critical'),
  bad('RFC 7797 §6: b64 without crit is refused', makeToken({}, { b64: true }), 'critical'),
  bad('RFC 8725 §3.11: a token without typ is refused', makeToken({}, { typ: undefined }), 'type'),
  bad('RFC 9068 §2.1: a token of another typ is refused', makeToken({}, { typ: 'JWT' }), 'type'),
  bad('RFC 9068 §5: an ID token or logout token is no access token', makeToken({}, { typ: 'logout+jwt' }), 'type'),
  bad('RFC 7515 §7.1: one part is refused', 'abc', 'form'),
  bad('RFC 7515 §7.1: two parts are refused', `${head}.${body}`, 'form'),
  bad('RFC 7515 §7.1: four parts are refused', `${good}.AA`, 'form'),
  bad('RFC 7516 §9: five parts, as of a JWE, are refused', `${good}.AA.AA`, 'form'),
  bad('RFC 7519 §6: an empty signature is refused', `${head}.${body}.`, 'form'),
  bad('RFC 7515 §7.1: an empty header is refused', `.${body}.${signature}`, 'form'),
  bad('RFC 7515 appendix F: a detached payload is refused', `${head}..${signature}`, 'signature'),
  bad('RFC 7515 §2: padding is refused', `${good}=`, 'form'),
  bad('RFC 7515 §2: a blank is refused', `${head}.${body} .${signature}`, 'form'),
  bad('RFC 7515 §2: a line end is refused', `${good}\n`, 'form'),
  bad('RFC 8725bis: a NUL is refused', `${good}\0`, 'form'),
  bad('RFC 8725bis: letters beyond ASCII are refused', `${head}.${body}é.${signature}`, 'form'),
  bad(
    'RFC 8725bis §3.1: a character that a decoder would cut down to the right one is refused',
    `${head}.${body}.${String.fromCharCode(signature.charCodeAt(0) + 256)}${signature.slice(1)}`,
    'form',
  ),
  bad('RFC 4648 §5: the other alphabet is refused', `${head}.${body}.${'+/'.repeat(43)}`, 'form'),
  bad('RFC 4648 §3.5: unused bits must be zero', `${good.slice(0, -1)}${looseLast}`, 'form'),
  bad('RFC 7515 §5.2: a header that is no JSON is refused', signParts('{"alg":"ES256"', goodClaims, issuerKey), 'form'),
  bad('RFC 7515 §5.2: a header that is an array is refused', signParts([goodHeader], goodClaims, issuerKey), 'form'),
  bad('RFC 7515 §5.2: a header that is null is refused', signParts('null', goodClaims, issuerKey), 'form'),
  bad(
    'RFC 8725 §3.7: a header must be UTF-8',
    signParts(Buffer.from([0x7b, 0xff, 0x7d]), goodClaims, issuerKey),
    'form',
  ),
  bad(
    'RFC 8259 §8.1: a byte order mark is refused',
    signParts(`\uFEFF${JSON.stringify(goodHeader)}`, goodClaims, issuerKey),
    'form',
  ),
  bad('the size is bounded', makeToken({ roles: 'r'.repeat(9_000) }), 'form'),
  bad('the whole size is bounded', `${good}${'A'.repeat(20_000)}`, 'form'),
  bad(
    'RFC 7518 §3.4: a signature of another length is refused',
    `${head}.${body}.${Buffer.from(signature, 'base64url').subarray(1).toString('base64url')}`,
    'signature',
  ),
  bad(
    'RFC 7518 §3.4: a DER signature is refused',
    `${head}.${body}.${Buffer.alloc(70, 48).toString('base64url')}`,
    'signature',
  ),
  bad('CVE-2022-21449: a signature of zeros is refused', `${head}.${body}.${'A'.repeat(86)}`, 'signature'),
  bad(
    'RFC 7515 §5.2: a changed payload is refused',
    `${head}.${encodePart({ ...goodClaims, sub: 'admin' })}.${signature}`,
    'signature',
  ),
  bad('RFC 7519 §7.2: a payload that is no JSON is refused', signParts(goodHeader, 'foo', issuerKey), 'claims'),
  bad('RFC 7519 §7.2: an array payload is refused', signParts(goodHeader, [goodClaims], issuerKey), 'claims'),
  bad(
    'RFC 8725 §3.7: a payload must be UTF-8',
    signParts(goodHeader, Buffer.from([0x7b, 0xfe, 0x7d]), issuerKey),
    'claims',
  ),
  ...['iss', 'sub', 'aud', 'client_id', 'iat', 'exp', 'jti'].flatMap((name) => [
    bad(`RFC 9068 §2.2: a token without ${name} is refused`, makeToken({ [name]: undefined }), 'claims'),
    bad(`RFC 9068 §2.2: a token whose ${name} is null is refused`, makeToken({ [name]: null }), 'claims'),
    bad(`RFC 9068 §2.2: a token whose ${name} is an object is refused`, makeToken({ [name]: {} }), 'claims'),
  ]),
  bad('RFC 9068 §2.2: an empty sub is refused', makeToken({ sub: '' }), 'claims'),
  bad('RFC 7519 §2: exp as text is refused', makeToken({ exp: String(nowSeconds + 150) }), 'claims'),
  bad('RFC 7519 §2: a negative iat is refused', makeToken({ iat: -1 }), 'claims'),
  bad(
    'RFC 7519 §2: an exp beyond all numbers is refused',
    signParts(goodHeader, JSON.stringify(goodClaims).replace(/"exp":\d+/, '"exp":1e999'), issuerKey),
    'claims',
  ),
  bad('RFC 7519 §4.1.3: an aud list that holds a number is refused', makeToken({ aud: [audience, 1] }), 'claims'),
  bad('RFC 9068 §2.2.3: a scope list is refused', makeToken({ scope: ['orders:read'] }), 'claims'),
  bad('RFC 8693 §4.1: act as text is refused', makeToken({ act: 'acc_admin' }), 'claims'),
  bad('RFC 8176 §1: amr as text is refused', makeToken({ amr: 'pwd' }), 'claims'),
  bad('OpenID Connect §2: auth_time as text is refused', makeToken({ auth_time: 'today' }), 'claims'),
  bad('a sid that is no text is refused', makeToken({ sid: 7 }), 'claims'),
  bad('a token that expires before it is issued is refused', makeToken({ exp: nowSeconds, iat: nowSeconds }), 'claims'),
  bad('RFC 9068 §4: another issuer is refused', makeToken({ iss: 'https://evil.example.com' }), 'issuer'),
  bad('RFC 8725 §3.8: the issuer with a slash is another issuer', makeToken({ iss: `${issuer}/` }), 'issuer'),
  bad('RFC 8725 §3.9: another audience is refused', makeToken({ aud: 'https://other.example.com' }), 'audience'),
  bad('RFC 8725 §3.9: an empty list of audiences is refused', makeToken({ aud: [] }), 'audience'),
  bad('RFC 8725 §3.9: a part of the audience is not it', makeToken({ aud: audience.slice(0, -1) }), 'audience'),
  bad('RFC 9449 §7.1: a token bound to a key is no bearer token', makeToken({ cnf: { jkt: 'x' } }), 'confirmation'),
  bad('RFC 7519 §4.1.5: a token that is not valid yet is refused', makeToken({ nbf: nowSeconds + 16 }), 'not_before'),
  bad('a token issued in the future is refused', makeToken({ iat: nowSeconds + 16 }), 'issued_at'),
  bad(
    'RFC 7519 §4.1.4: an expired token is refused',
    makeToken({ iat: nowSeconds - 200, exp: nowSeconds - 50 }),
    'expiry',
  ),
  bad(
    'RFC 7519 §4.1.4: at the end of the leeway a token has expired',
    makeToken({ iat: nowSeconds - 165, exp: nowSeconds - 15 }),
    'expiry',
  ),
]
