import { allowUnprovenTokens, dpop } from '../src/dpop/dpop.ts'
import type { AdapterCase } from './adapter-cases.ts'
import { createClientKey, signProof } from './sign-proof.ts'
import { audience, nowSeconds, signToken } from './sign-token.ts'

const key = createClientKey()
const otherKey = createClientKey()
const bound = signToken({ cnf: { jkt: key.jkt } })
const unbound = signToken()
const algs = 'algs="ES256 EdDSA Ed25519 RS256 PS256 ES384"'
const options = { dpop: dpop({ nonce: 'none' }) }
const passed = { caller: 'account-1' } as const

type Refused = Exclude<AdapterCase['answer'], { caller: string | null }>

function withProof(proof: string | undefined, token = bound, scheme = 'DPoP') {
  const fields: [string, string][] = [['Authorization', `${scheme} ${token}`]]
  if (proof !== undefined) fields.push(['DPoP', proof])
  return { fields }
}

function refused(scheme: string, code: Refused['code'], description: string, check: Refused['check']): Refused {
  const error = code === 'token_invalid' ? 'invalid_token' : code
  const dpopOffer = scheme === 'DPoP' ? algs : `DPoP ${algs}`
  return {
    status: 401,
    challenge: `${scheme} error="${error}", error_description="${description}", ${dpopOffer}`,
    body: { error: code, error_description: description },
    code,
    ...(check && { check }),
  }
}

const badProof = refused('DPoP', 'invalid_dpop_proof', 'DPoP proof is invalid', 'proof')
const needsNonce = refused('DPoP', 'use_dpop_nonce', 'DPoP proof needs the nonce', 'proof')
const notBound = refused('DPoP', 'token_invalid', 'Token is invalid', 'confirmation')
const notProven = refused('Bearer', 'token_invalid', 'Token is invalid', 'confirmation')

const good = signProof(key, bound)
const secretJwk = { ...key.jwk, d: key.privateKey.export({ format: 'jwk' }).d }

/** What must be refused as no proof, though everything else is right. */
const badProofs: readonly (readonly [title: string, proof: string | undefined])[] = [
  ['§7.1: no proof', undefined],
  ['§4.3 (1): two proofs in one header', `${good}, ${good}`],
  ['§4.3 (2): text that is no JWT', 'not.a.proof'],
  ['§4.3 (2): a proof with an empty part', `${good.slice(0, good.lastIndexOf('.'))}.`],
  ['a proof beyond the size bound', signProof(key, bound, { more: 'A'.repeat(4096) })],
  ...['jti', 'htm', 'htu', 'iat', 'ath'].map(
    (name) => [`§4.3 (3): a proof without ${name}`, signProof(key, bound, { [name]: undefined })] as const,
  ),
  ['§4.2: an empty jti', signProof(key, bound, { jti: '' })],
  ['§4.2: a jti that is no text', signProof(key, bound, { jti: 7 })],
  ['§4.2: a jti that nobody would remember', signProof(key, bound, { jti: 'A'.repeat(257) })],
  ['§4.3 (4): another typ', signProof(key, bound, {}, { typ: 'JWT' })],
  ['§4.3 (4): no typ', signProof(key, bound, {}, { typ: undefined })],
  ['§4.3 (5): alg none', signProof(key, bound, {}, { alg: 'none' })],
  ['§4.3 (5): a symmetric alg', signProof(key, bound, {}, { alg: 'HS256' })],
  ['§4.3 (5): an alg that is not the key’s', signProof(key, bound, {}, { alg: 'ES384' })],
  ['§4.3 (6): the signature of another key', signProof({ ...otherKey, jwk: key.jwk }, bound)],
  ['§4.3 (7): a private key', signProof(key, bound, {}, { jwk: secretJwk })],
  ['§4.2: a symmetric key', signProof(key, bound, {}, { jwk: { kty: 'oct', k: 'AAAA' } })],
  ['§4.2: no key', signProof(key, bound, {}, { jwk: undefined })],
  ['§4.2: a key of a type that nobody knows', signProof(key, bound, {}, { jwk: { ...key.jwk, kty: 'constructor' } })],
  ['RFC 7515 §4.1.11: an extension that nobody knows', signProof(key, bound, {}, { crit: ['b64'], b64: false })],
  ['§4.3 (8): another method', signProof(key, bound, { htm: 'POST' })],
  ['RFC 9110 §9.1: the method in another case', signProof(key, bound, { htm: 'get' })],
  ['§4.3 (9): another path', signProof(key, bound, { htu: `${audience}/other` })],
  ['§4.3 (9): another host', signProof(key, bound, { htu: 'https://evil.example.com/guarded' })],
  ['§4.3 (9): another scheme', signProof(key, bound, { htu: `${audience.replace('https', 'http')}/guarded` })],
  ['§4.3 (9): a URL with a user', signProof(key, bound, { htu: 'https://u@api.example.com/guarded' })],
  ['§4.3 (11): an iat one hour ago', signProof(key, bound, { iat: nowSeconds - 3600 })],
  ['§4.3 (11): an iat in one hour', signProof(key, bound, { iat: nowSeconds + 3600 })],
  ['§4.3 (11): an iat that is no number', signProof(key, bound, { iat: String(nowSeconds) })],
  ['§4.3 (12): the ath of another token', signProof(key, unbound)],
]

const goodProofs: readonly (readonly [title: string, claims: Readonly<Record<string, unknown>>])[] = [
  ['§7.1: a bound token with its proof', {}],
  ['§4.3 (9): query and fragment are ignored', { htu: `${audience}/guarded?a=1#b` }],
  ['RFC 3986 §6.2.2: an upper-case scheme and host', { htu: 'HTTPS://API.example.COM/guarded' }],
  ['RFC 3986 §6.2.3: the port of the scheme', { htu: 'https://api.example.com:443/guarded' }],
  ['RFC 3986 §6.2.2.2: a letter that needs no encoding', { htu: `${audience}/%67uarded` }],
  ['§11.1: an iat 10 s ago', { iat: nowSeconds - 10 }],
  ['§11.1: an iat in 10 s', { iat: nowSeconds + 10 }],
]

/** RFC 9449 at the resource, for every adapter. Each has a guard of its own, so one proof serves them all. */
export const dpopCases: readonly AdapterCase[] = [
  ...goodProofs.map(([title, claims]) => ({
    title: `RFC 9449: it passes: ${title}`,
    options,
    sent: withProof(signProof(key, bound, claims)),
    answer: passed,
  })),
  ...badProofs.map(([title, proof]) => ({
    title: `RFC 9449: it is no proof: ${title}`,
    options,
    sent: withProof(proof),
    answer: badProof,
  })),
  {
    title: 'RFC 9449 §4.3 (1): two DPoP headers are refused',
    options,
    sent: { fields: [['Authorization', `DPoP ${bound}`], ...[good, good].map((proof) => ['DPoP', proof] as const)] },
    answer: badProof,
  },
  {
    title: 'RFC 9110 §11.1: the scheme DPoP is matched without regard to case',
    options,
    sent: withProof(good, bound, 'dpop'),
    answer: passed,
  },
  {
    title: 'RFC 9449 §7.1: a proof for a request to one of several origins passes',
    options: { dpop: dpop({ nonce: 'none', origins: ['https://a.example.com', 'http://127.0.0.1:8080'] }) },
    sent: withProof(signProof(key, bound, { htu: 'http://127.0.0.1:8080/guarded' })),
    answer: passed,
  },
  {
    title: 'RFC 9449 §7.1: a proof of another key than the token’s is refused',
    options,
    sent: withProof(signProof(otherKey, bound)),
    answer: notBound,
  },
  {
    title: 'RFC 9449 §7.1: an unbound token has not the scheme DPoP',
    options,
    sent: withProof(signProof(key, unbound), unbound),
    answer: notBound,
  },
  {
    title: 'RFC 7800 §3.1: a token that is bound to more than a key is refused',
    options,
    sent: withProof(good, signToken({ cnf: { jkt: key.jkt, 'x5t#S256': 'A' } })),
    answer: notBound,
  },
  {
    title: 'RFC 9449 §7.2: a bound token is no bearer token, not even with its proof',
    options,
    sent: withProof(good, bound, 'Bearer'),
    answer: notProven,
  },
  {
    title: 'RFC 9449 §7.2: a guard without the option refuses a bound token as Bearer',
    sent: withProof(good, bound, 'Bearer'),
    answer: { ...notProven, challenge: notProven.challenge?.replace(`, DPoP ${algs}`, '') },
  },
  {
    title: 'RFC 9449 §7.1: for a guard without the option DPoP is another scheme',
    sent: withProof(good),
    answer: {
      status: 401,
      challenge: 'Bearer realm="api"',
      body: { error: 'token_missing', error_description: 'Token is missing' },
      code: 'token_missing',
    },
  },
  {
    title: 'RFC 9449 §7.1: who brings nothing is offered Bearer, and DPoP behind it',
    options,
    sent: {},
    answer: {
      status: 401,
      challenge: `Bearer realm="api", DPoP ${algs}`,
      body: { error: 'token_missing', error_description: 'Token is missing' },
      code: 'token_missing',
    },
  },
  {
    title: 'RFC 9449 §7.2: an unbound token still passes as Bearer',
    options,
    sent: withProof(undefined, unbound, 'Bearer'),
    answer: passed,
  },
  {
    title: 'RFC 6750 §2: a token as DPoP and one as Bearer are several',
    options,
    sent: { fields: [...withProof(good).fields, ['Authorization', `Bearer ${unbound}`]] },
    answer: {
      status: 400,
      challenge: `DPoP error="invalid_request", error_description="Token is malformed or sent in more than one place", ${algs}`,
      body: { error: 'invalid_request', error_description: 'Token is malformed or sent in more than one place' },
      code: 'invalid_request',
    },
  },
  {
    title: 'RFC 9449 §7.1: a scope that is missing is said with the scheme DPoP',
    options,
    rule: { scope: 'orders:delete' },
    sent: withProof(good),
    answer: {
      status: 403,
      challenge: `DPoP error="insufficient_scope", error_description="Token lacks a required scope", scope="orders:delete", ${algs}`,
      body: { error: 'insufficient_scope', error_description: 'Token lacks a required scope' },
      code: 'insufficient_scope',
      check: 'scope',
    },
  },
  {
    title: 'RFC 9449 §9: a proof without a nonce needs one',
    options: { dpop: dpop() },
    sent: withProof(good),
    answer: needsNonce,
  },
  {
    title: 'RFC 9449 §9: a proof with another process’s nonce needs this one’s',
    options: { dpop: dpop() },
    sent: withProof(signProof(key, bound, { nonce: 'of another process' })),
    answer: needsNonce,
  },
  {
    title: 'an optional route takes who proves nothing for nobody',
    options,
    rule: { optional: { invalid: 'allow' } },
    sent: withProof(undefined),
    answer: { caller: null },
  },
  {
    title: 'an optional route tells who only needs a nonce',
    options: { dpop: dpop() },
    rule: { optional: { invalid: 'allow' } },
    sent: withProof(good),
    answer: needsNonce,
  },
  {
    title: 'a guard that was told so takes bound tokens without a proof',
    options: { dpop: allowUnprovenTokens },
    sent: withProof(undefined, bound, 'Bearer'),
    answer: passed,
  },
]
