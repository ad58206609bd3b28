import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import canonicalize from 'canonicalize'
import fc from 'fast-check'
import { decodeJwt, jwtVerify, SignJWT } from 'jose'
import { expect } from 'vitest'
import { createClientKey, signProof } from '../packages/guard/testing/sign-proof.ts'
import { makeSigningKey, signParts } from '../packages/guard/testing/signing-keys.ts'
import { fittingKeys } from '../packages/server/src/domain/assertions/fitting-keys.ts'
import { KeySets } from '../packages/server/src/domain/assertions/key-sets.ts'
import { readAssertion } from '../packages/server/src/domain/assertions/read-assertion.ts'
import { verifyAssertion } from '../packages/server/src/domain/assertions/verify-assertion.ts'
import { parseProofBundle, refuteProofBundle } from '../packages/server/src/domain/audit-tree/proof-bundle.ts'
import { parseClientDocument } from '../packages/server/src/domain/client-documents/parse-client-document.ts'
import { parseClientKeys } from '../packages/server/src/domain/clients/parse-client-keys.ts'
import { parsePasswordHash } from '../packages/server/src/domain/credentials/parse-password-hash.ts'
import { isCurrentNonce, makeNonce } from '../packages/server/src/domain/dpop/proof-nonce.ts'
import { ProofVerifier } from '../packages/server/src/domain/dpop/proof-verifier.ts'
import type { KeyRing } from '../packages/server/src/domain/keys/key-ring.ts'
import { verifyOwnJws } from '../packages/server/src/domain/keys/verify-own-jws.ts'
import { parseAssertion, parseNewCredential } from '../packages/server/src/domain/passkeys/parse-credential.ts'
import { findFaultOfIdToken } from '../packages/server/src/domain/upstreams/find-fault-of-id-token.ts'
import { canonicalJson } from '../packages/server/src/platform/canonical-json/canonical-json.ts'
import { readThemeImage } from '../packages/server/src/platform/html/read-theme-image.ts'
import { parseForm, parseJsonObject } from '../packages/server/src/platform/http/parse-body.ts'
import { Problem } from '../packages/server/src/platform/http/problem.ts'
import { createLog } from '../packages/server/src/platform/log/create-log.ts'
import { createSealer } from '../packages/server/src/platform/sealing/sealing.ts'
import { parseCheckpoint, renderCheckpoint } from '../packages/server/src/platform/signed-note/checkpoint.ts'
import {
  openNote,
  parseVerifierKey,
  renderVerifierKey,
  signNote,
} from '../packages/server/src/platform/signed-note/signed-note.ts'
import { passwordHashVectors } from '../packages/server/testing/password-hash-vectors.ts'
import { bytesLike, hostileJson, hostileText, mutated, mutatedObject, textLike } from './hostile.ts'
import { fuzz, inBoundedTime, orItsError } from './property.ts'

const now = 1_790_000_000_000
const clock = { now: () => now }
const log = createLog('fatal', process.stderr)

fuzz(
  'form',
  'URL Standard: what is taken is what URLSearchParams reads, each name once',
  bytesLike('grant_type=refresh_token&refresh_token=or_a&scope=a+b', 'a=%C3%A4&b', '__proto__=x&a=1', 'a=1&a=2'),
  (body) => {
    const fields = orItsError(() => parseForm(body), Problem)
    if (fields === undefined) return
    const pairs = [...new URLSearchParams(`&${body}`)]
    expect(new Map(Object.entries(fields))).toEqual(new Map(pairs))
    expect(Object.keys(fields)).toHaveLength(pairs.length)
    expect(Object.getPrototypeOf(fields)).toBe(Object.prototype)
  },
)

const objectText = mutatedObject({ username: 'ada', password: 'p', scope: 'a b', nested: { a: [1, { b: '"}' }] } }).map(
  (value) => JSON.stringify(value),
)
fuzz(
  'JSON body',
  'what is taken is what JSON.parse reads, and no name stands in it twice',
  fc.oneof(
    bytesLike('{"a":1,"a":2}', '{"a\\u0061":1,"aa":2}', '{"a":{"b":1},"b":[{"a":1}]}'),
    objectText.map((text) => Buffer.from(text)),
  ),
  (body) => {
    const object = orItsError(() => parseJsonObject(body), Problem)
    if (object === undefined) return
    expect(object).toEqual({ ...JSON.parse(body.toString()) })
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  },
)
fuzz(
  'JSON body',
  'RFC 8259 §4: an object with a name twice is refused, however it is written',
  fc.tuple(hostileText, fc.nat(2), objectText),
  ([name, place, inner]) => {
    const twice = [`${JSON.stringify(name)}:1`, `${escapeAll(name)}:2`, `"~":${inner}`]
    const text = `{${[...twice.slice(place), ...twice.slice(0, place)].join(',')}}`
    expect(orItsError(() => parseJsonObject(Buffer.from(text)), Problem)).toBeUndefined()
  },
)
fuzz(
  'JSON body',
  'one of 64 KiB that is nested as deep as it can is taken or refused, in bounded time',
  fc.tuple(fc.integer({ min: 1, max: 32_000 }), fc.constantFrom(['[', ']'], ['{"a":', '}'], ['[', ''])),
  ([depth, [open = '', close = '']]) => {
    const body = Buffer.from(`{"a":${open.repeat(depth)}1${close.repeat(depth)}}`.slice(0, 65_536))
    orItsError(() => parseJsonObject(body), Problem)
  },
  { runs: 40 },
)

function escapeAll(name: string): string {
  const units = Array.from(
    { length: name.length },
    (_, index) => `\\u${name.charCodeAt(index).toString(16).padStart(4, '0')}`,
  )
  return `"${units.join('')}"`
}

fuzz(
  'canonical JSON',
  'RFC 8785: another implementation writes the same, and it reads as the same value',
  hostileJson,
  (value) => {
    // Level within level: of what is nested deeper than any event, nothing is promised.
    if (typeof value === 'object' && value !== null && fc.toStringMethod in value) return
    const text = inBoundedTime(() => canonicalJson(value))
    // The other one takes no half of a character: see the comment of ours.
    if (!/\\ud[89a-f]/.test(text)) expect(text).toBe(canonicalize(value))
    expect(canonicalJson(JSON.parse(text))).toBe(text)
  },
)

const documentUrl = new URL('https://app.example.com/client.json')
const signingKeys = (['ES256', 'EdDSA', 'RS256'] as const).map((alg) => makeSigningKey(alg))
const jwks = { keys: signingKeys.map(({ jwk }) => jwk) }
const document = {
  client_id: documentUrl.href,
  client_name: 'App',
  redirect_uris: ['https://app.example.com/cb'],
  grant_types: ['authorization_code'],
  scope: 'a b',
  token_endpoint_auth_method: 'private_key_jwt',
  jwks,
}

fuzz(
  'client metadata document',
  'a client whose name has its host in it, or a sentence for its developer',
  fc.oneof(
    bytesLike(JSON.stringify(document)),
    mutatedObject(
      document,
      'jwks_uri',
      'response_types',
      'post_logout_redirect_uris',
      'client_secret',
      'dpop_bound_access_tokens',
    ).map((value) => Buffer.from(JSON.stringify(value))),
  ),
  (body) => {
    const parsed = inBoundedTime(() => parseClientDocument(documentUrl, body))
    if (!parsed.ok) return void expect(parsed.sentence).toMatch(/\.$/)
    expect(parsed.client.name).toContain(documentUrl.host)
    expect(parsed.client.isFirstParty).toBe(false)
  },
)

fuzz(
  'keys of a client',
  'RFC 7517 §5: public keys, or a sentence; a private or symmetric one is never kept',
  fc.record({
    jwks: fc.option(fc.oneof(mutatedObject(jwks, 'd', 'k', 'p'), hostileJson), { nil: undefined }),
    jwksUri: fc.option(textLike('https://app.example.com/jwks'), { nil: undefined }),
  }),
  (given) => {
    const parsed = inBoundedTime(() => parseClientKeys(given))
    if (!parsed.ok || parsed.keys === undefined || !('jwks' in parsed.keys)) return
    for (const key of parsed.keys.jwks.keys) expect(Object.keys(key)).not.toEqual(expect.arrayContaining(['d']))
    for (const alg of ['ES256', 'RS256', 'EdDSA'])
      inBoundedTime(() =>
        fittingKeys('jwks' in (parsed.keys ?? {}) ? (parsed.keys as { jwks: { keys: [] } }).jwks.keys : [], {
          alg,
          kid: undefined,
        }),
      )
  },
)

const issuer = 'https://login.example.com'
const [assertionKey = makeSigningKey('ES256')] = signingKeys
const claims = { iss: 'cli_a', sub: 'cli_a', aud: issuer, exp: now / 1000 + 60, iat: now / 1000, jti: 'a' }
const header = { alg: 'ES256', kid: assertionKey.kid, typ: 'jwt' }
const assertionDeps = {
  issuer,
  clock,
  keySets: new KeySets({ clock, log, fetchDocument: () => Promise.reject(new Error('There is no network here.')) }),
  database: undefined as never,
}
const expected = {
  signer: 'cli_a',
  keys: { jwks: { keys: [assertionKey.jwk as never] } },
  types: ['jwt'],
  longestSeconds: 300,
  isListTaken: true,
}
const verifyText = async (token: string) => {
  const assertion = inBoundedTime(() => readAssertion(token))
  return assertion && (await verifyAssertion(assertionDeps, assertion, expected))
}
const goodAssertion = signParts(header, claims, assertionKey)

fuzz(
  'client assertion',
  'RFC 7523 §3: no other text than the one that was signed is taken',
  textLike(goodAssertion),
  async (text) => {
    const outcome = await verifyText(text)
    if (outcome?.ok) expect(text).toBe(goodAssertion)
  },
)
fuzz(
  'client assertion',
  'whatever its client signs is taken or refused for a named reason, and jose takes what is taken',
  fc.tuple(mutatedObject(header, 'crit', 'b64', 'jwk'), mutatedObject(claims, 'nbf')),
  async ([head, said]) => {
    const token = signParts(head, said, assertionKey)
    const outcome = await verifyText(token)
    if (!outcome?.ok) return
    await jwtVerify(token, createPublicKey(assertionKey.privateKey as KeyObject), {
      issuer: 'cli_a',
      audience: issuer,
      currentDate: new Date(now),
      clockTolerance: 15,
    })
    expect(outcome.verified).toMatchObject({
      signer: 'cli_a',
      subject: decodeJwt(token).sub,
      jti: decodeJwt(token).jti,
    })
  },
  { runs: 150 },
)

const clientKey = createClientKey()
const target = 'https://login.example.com/token'
const sealer = createSealer([Buffer.alloc(32, 7).toString('base64url')])
const proofClaims = { jti: 'p', htm: 'POST', htu: target, iat: now / 1000, nonce: makeNonce(sealer, now) }
const proof = signProof(clientKey, 'token', proofClaims)
/** Whether it was used before is asked of a database; here it never was. */
const proofs = new ProofVerifier({ clock, sealer, database: { write: async () => true as never } })
const verifyProof = (text: string) => proofs.verify({ proof: text, method: 'POST', url: target })

fuzz(
  'DPoP proof at the server',
  'RFC 9449 §4.3: no other text than the one that was signed is a proof',
  textLike(proof),
  async (text) => expect((await verifyProof(text)).ok).toBe(text === proof),
  { runs: 150 },
)
fuzz(
  'DPoP proof at the server',
  'whatever is signed is a proof for this request or refused, and no error',
  fc.tuple(
    mutatedObject(proofClaims, 'nonce', 'ath', 'exp', 'nbf'),
    mutatedObject({ typ: 'dpop+jwt', alg: 'ES256', jwk: clientKey.jwk }, 'crit', 'kid', 'b64'),
  ),
  async ([said, head]) => {
    const verified = await verifyProof(signProof(clientKey, 'token', said, head))
    if (verified.ok) expect(said).toMatchObject({ htm: 'POST', nonce: proofClaims.nonce })
  },
  { runs: 150 },
)
fuzz('DPoP nonce', 'RFC 9449 §8: no other text than the one that was given out', textLike(proofClaims.nonce), (text) =>
  expect(inBoundedTime(() => isCurrentNonce(sealer, text, now))).toBe(text === proofClaims.nonce),
)

const own = makeSigningKey('ES256')
const published = async () => ({ jwks: JSON.stringify({ keys: [own.jwk] }) })
const keyRing = { current: published, withKey: published } as unknown as KeyRing
const hint = signParts({ alg: 'ES256', typ: 'JWT', kid: own.kid }, { sub: 'acc_a' }, own)
fuzz(
  'token of our own',
  'RFC 8725bis §3.1: a hint is taken in the one spelling that it was signed in',
  textLike(hint),
  async (text) => {
    expect((await verifyOwnJws(keyRing, 'JWT', text)) !== undefined).toBe(text === hint)
  },
)
fuzz(
  'token of our own',
  'any header under a right signature is taken or refused, and no error',
  mutatedObject({ alg: 'ES256', typ: 'JWT', kid: own.kid }, 'crit'),
  async (head) => {
    await verifyOwnJws(keyRing, 'JWT', signParts(head, { sub: 'acc_a' }, own))
  },
  { runs: 100 },
)

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const idToken = await new SignJWT({ nonce: 'n', at_hash: 'x' })
  .setProtectedHeader({ alg: 'ES256' })
  .setIssuer('https://up.example.com')
  .sign(privateKey)
fuzz(
  'ID token of a provider',
  'its faults are named, whatever its claims are',
  mutatedObject(
    { iss: 'https://up.example.com', sub: 'a', aud: 'a', exp: 1, iat: 1, at_hash: 'x', azp: 'a' },
    'auth_time',
    'nbf',
  ),
  (said) => {
    inBoundedTime(() => findFaultOfIdToken(idToken, said as never, 'an access token'))
  },
)

const pair = generateKeyPairSync('ed25519')
const signer = { name: 'login.example.com/audit', ...pair }
const checkpoint = renderCheckpoint({ origin: signer.name, size: 3, root: Buffer.alloc(32, 7) })
const note = signNote(checkpoint, signer)
const verifierKey = renderVerifierKey(signer)

fuzz(
  'signed note',
  'is opened as it was signed, and in no other spelling',
  textLike(note, `${note}— other AAAAAAAA\n`),
  (text) => {
    const opened = inBoundedTime(() => openNote(text, signer))
    if (opened === undefined) return
    expect(opened).toBe(checkpoint)
    expect(text.startsWith(`${checkpoint}\n`) && text.includes(note.slice(checkpoint.length + 1))).toBe(true)
  },
)
fuzz('checkpoint and verifier key', 'are read as they are written', textLike(checkpoint, verifierKey), (text) => {
  const read = inBoundedTime(() => parseCheckpoint(text))
  if (read !== undefined) expect(text.startsWith(renderCheckpoint(read))).toBe(true)
  const verifier = inBoundedTime(() => parseVerifierKey(text))
  if (verifier !== undefined) expect(renderVerifierKey(verifier)).toBe(text)
})

const bundle = {
  public: { id: 'evt_a', private: 'x' },
  private: { network: 'a' },
  salt: 'AAAA',
  index: 0,
  inclusion: [Buffer.alloc(32).toString('base64')],
  checkpoint: note,
  key: verifierKey,
}
fuzz(
  'proof of an audit event',
  'is refuted by a sentence, or is no bundle',
  fc.oneof(
    textLike(JSON.stringify(bundle)),
    mutatedObject(bundle).map((value) => JSON.stringify(value)),
  ),
  (text) => {
    const parsed = inBoundedTime(() => parseProofBundle(text))
    if (parsed !== undefined) expect(inBoundedTime(() => refuteProofBundle(parsed, signer))).toMatch(/^it/)
  },
)

const clientData = Buffer.from(JSON.stringify({ type: 'webauthn.get', challenge: 'AAAA', origin: issuer })).toString(
  'base64url',
)
const credential = {
  id: 'AAAA',
  rawId: 'AAAA',
  type: 'public-key',
  response: {
    clientDataJSON: clientData,
    authenticatorData: 'AAAA',
    signature: 'AAAA',
    attestationObject: 'o2',
    transports: ['usb'],
  },
}
fuzz(
  'passkey',
  'WebAuthn §5.1: an assertion or a new credential with texts for members, or none',
  fc.oneof(
    textLike(JSON.stringify(credential)),
    mutatedObject(credential).map((value) => JSON.stringify(value)),
  ),
  (text) => {
    const [assertion, made] = inBoundedTime(() => [parseAssertion(text), parseNewCredential(text)] as const)
    for (const one of [assertion, made])
      if (one) expect([typeof one.credentialId, typeof one.clientData.challenge]).toEqual(['string', 'string'])
    for (const transport of made?.transports ?? []) expect(transport).toMatch(/^[a-z-]+$/)
  },
)

const hashes = passwordHashVectors.map(([, hash]) => hash)
fuzz(
  'hash of a password',
  'PHC strings and those of other systems: read in bounded time, stored so that it reads as the same, or a sentence',
  fc.oneof(mutated(...hashes), hostileText),
  (text) => {
    const parsed = inBoundedTime(() => parsePasswordHash(text))
    if (!parsed.ok) return void expect(parsed.sentence).toMatch(/\.$/)
    const again = parsePasswordHash(parsed.hash)
    expect(again).toMatchObject({ ok: true, hash: parsed.hash })
    expect(Number.isFinite(parsed.reading.work)).toBe(true)
  },
  { runs: 1_000 },
)

const png = Buffer.concat([
  Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'),
  Buffer.from('0000001000000010', 'hex'),
  Buffer.alloc(20),
])
const svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><path d="M0 0"/></svg>'
fuzz(
  'image of a theme',
  'a picture of a known size, without script, or none',
  fc.oneof(
    bytesLike(svg, png.toString('latin1')),
    fc.nat().map((at) => Buffer.from(png.map((byte, index) => (index === at % png.length ? byte ^ 0xff : byte)))),
  ),
  (bytes) => {
    const image = inBoundedTime(() => readThemeImage(bytes))
    if (image !== undefined) expect(image.url).toMatch(/^data:image\/(png|svg\+xml)[;,]/)
  },
)
