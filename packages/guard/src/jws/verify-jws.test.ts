import { createPublicKey, type KeyObject } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { issuerKey, makeToken } from '../../testing/bad-tokens.ts'
import { encodePart, makeSigningKey, signParts } from '../../testing/signing-keys.ts'
import { hasVectors, readVectors } from '../../testing/vectors.ts'
import { importKey } from '../keys/import-key.ts'
import { importKeySet } from '../keys/import-key-set.ts'
import type { JsonWebKey } from '../keys/json-web-key.ts'
import { type Algorithm, asymmetricAlgorithms, symmetricAlgorithms } from './algorithm.ts'
import { parseParts, verifyJws, verifySignature } from './verify-jws.ts'

const supported: readonly string[] = [...asymmetricAlgorithms, ...symmetricAlgorithms]

/** Verifies as a guard would that was given these keys: with the algorithms of their kind. */
function verify(
  jws: string,
  keys: readonly JsonWebKey[],
): ReturnType<typeof verifyJws> | { ok: false; sentence: string } {
  const algorithms = keys.some(({ kty }) => kty === 'oct') ? symmetricAlgorithms : asymmetricAlgorithms
  try {
    return verifyJws(jws, importKeySet({ keys }, algorithms).keySet, { algorithms, type: undefined })
  } catch (error) {
    return { ok: false, sentence: String(error) }
  }
}

describe('verifying one token after another', () => {
  const policy = { algorithms: asymmetricAlgorithms, type: 'at+jwt' }
  const good = makeToken()
  const [head = '', payload = '', signature = ''] = good.split('.')
  const importKeys = () => importKeySet({ keys: [issuerKey.jwk] }, asymmetricAlgorithms).keySet
  const sign = (header: object) =>
    signParts({ alg: 'ES256', typ: 'at+jwt', kid: issuerKey.kid, ...header }, {}, issuerKey)

  test('gives header, key and payload, for a header that is known as for one that is new', () => {
    const keys = importKeys()
    const verified = {
      ok: true,
      header: { alg: 'ES256', typ: 'at+jwt', kid: issuerKey.kid },
      key: keys.keys[0],
      payload: Buffer.from(payload, 'base64url'),
    }
    expect(verifyJws(good, keys, policy)).toEqual(verified)
    expect([...keys.knownHeaders.keys()]).toEqual([head])
    expect(verifyJws(good, keys, policy)).toEqual(verified)
    expect(verifyJws(makeToken({ sub: 'other' }), keys, policy)).toMatchObject({ ok: true, header: verified.header })
    expect(keys.knownHeaders.size).toBe(1)
  })

  test('a known header is not read anew, and each signature is verified', () => {
    const keys = importKeys()
    const first = verifyJws(good, keys, policy)
    const later = verifyJws(makeToken({ sub: 'other' }), keys, policy)
    expect(first.ok && later.ok && later.header === first.header).toBe(true)
    expect(verifyJws(`${head}.${encodePart({ sub: 'admin' })}.${signature}`, keys, policy)).toEqual({
      ok: false,
      failure: {
        check: 'signature',
        expected: `one of key "${issuerKey.kid}" with ES256`,
        got: 'another one',
      },
    })
  })

  test('no header is remembered whose signature was wrong, and no more than 100 are', () => {
    const keys = importKeys()
    const stranger = makeSigningKey('ES256', issuerKey.kid)
    verifyJws(signParts({ alg: 'ES256', typ: 'at+jwt', kid: issuerKey.kid }, {}, stranger), keys, policy)
    verifyJws(makeToken({}, { kid: 'other' }), keys, policy)
    expect(keys.knownHeaders.size).toBe(0)
    for (let at = 0; at < 102; at += 1) expect(verifyJws(sign({ at }), keys, policy).ok).toBe(true)
    expect(keys.knownHeaders.size).toBe(100)
    expect(keys.knownHeaders.has(sign({ at: 99 }).split('.')[0] ?? '')).toBe(true)
  })

  test.each<Algorithm>(['ES256', 'ES384', 'EdDSA', 'Ed25519', 'RS256', 'PS256', 'HS256'])(
    'RFC 7518 §3, RFC 8037 §3.1, RFC 9864 §2.2: %s is verified by default, of a key of its kind',
    (alg) => {
      const key = makeSigningKey(alg)
      expect(verify(signParts({ alg, kid: key.kid }, { sub: 'a' }, key), [key.jwk])).toMatchObject({ ok: true })
    },
  )

  test('RFC 8725 §2.1: by default no secret is taken beside public keys, nor a public key beside secrets', () => {
    const [secret, { jwk }] = [makeSigningKey('HS256'), makeSigningKey('ES256')]
    expect(() => importKeySet({ keys: [secret.jwk, jwk] }, asymmetricAlgorithms)).toThrow('mixed')
    expect(asymmetricAlgorithms.filter((name) => symmetricAlgorithms.includes(name))).toEqual([])
  })

  test('of a key without kid, and one with two names, a wrong signature is told so', () => {
    const { kid: _, ...jwk } = makeSigningKey('EdDSA').jwk
    const { keySet } = importKeySet({ keys: [jwk] }, asymmetricAlgorithms)
    const token = signParts({ alg: 'EdDSA', typ: 'at+jwt' }, {}, makeSigningKey('EdDSA'))
    expect(verifyJws(token, keySet, policy)).toMatchObject({
      failure: { check: 'signature', expected: 'one of key nothing with EdDSA or Ed25519' },
    })
  })

  test.each([
    ['a header', `!.${payload}.${signature}`, 'a header that is no JSON in base64url'],
    ['a header of other JSON', `${encodePart('[]')}.${payload}.${signature}`, 'a header that is no JSON in base64url'],
    ['a payload', `${head}.a.${signature}`, 'a payload that is no base64url'],
    ['a signature', `${head}.${payload}.a`, 'a signature that is no base64url'],
    ['parts', `${head}.${payload}`, '2 parts'],
  ])('what is wrong with the form of %s is told', (_, token, got) => {
    expect(verifyJws(token, importKeys(), policy)).toMatchObject({ ok: false, failure: { check: 'form', got } })
  })

  test('a header that is known by its text is taken as it is', () => {
    const text = encodePart({ alg: 'none' })
    const parts = { ok: true, header: text, payload: 'AA', signature: 'AQ', signingInput: `${text}.AA` } as const
    const header = { alg: 'ES256' }
    const parsed = parseParts(parts, header)
    expect(parsed).toEqual({ ok: true, header, payload: Buffer.from([0]), signature: Buffer.from([1]) })
    expect(parseParts(parts)).toMatchObject({ header: { alg: 'none' } })
  })

  test.each([
    [{ typ: 'JWT' }, 'type'],
    [{ crit: ['exp'] }, 'critical'],
    [{ kid: 7 }, 'key'],
  ])('RFC 7515 §5.2: a header with %j is refused, however right the signature', (header, check) => {
    const keys = importKeys()
    expect(verifyJws(sign(header), keys, policy)).toMatchObject({ ok: false, failure: { check } })
    expect(keys.knownHeaders.size).toBe(0)
  })

  test('RFC 7518 §3.4: a key is asked only about signatures of its length', () => {
    const asked: number[] = []
    const ask = (_: Uint8Array, { length }: Uint8Array) => asked.push(length) > 0
    const key = { kid: undefined, names: ['ES256'], signatureBytes: 64, verify: ask }
    expect([63, 64, 65].map((length) => verifySignature('a.b', Buffer.alloc(length), key))).toEqual([
      false,
      true,
      false,
    ])
    expect(asked).toEqual([64])
  })
})

function readAlgorithm(jws: string): string {
  return JSON.parse(Buffer.from(jws.split('.')[0] ?? '', 'base64url').toString()).alg
}

interface SignatureTest {
  readonly tcId: number
  readonly comment?: string
  readonly result: 'valid' | 'invalid'
  readonly jws: string
}

interface KeyedTest extends SignatureTest {
  readonly keys: readonly JsonWebKey[]
}

interface SignatureFile {
  readonly testGroups: readonly {
    readonly public?: JsonWebKey
    readonly private: JsonWebKey
    readonly tests: readonly SignatureTest[]
  }[]
}

interface KeyFile {
  readonly testGroups: readonly {
    readonly public?: { readonly keys: readonly JsonWebKey[] }
    readonly private: { readonly keys: readonly JsonWebKey[] }
    readonly tests: readonly SignatureTest[]
  }[]
}

function expectResult({ jws, keys, result }: KeyedTest): void {
  const verified = verify(jws, keys)
  if (result === 'invalid' || supported.includes(readAlgorithm(jws))) {
    expect(verified.ok).toBe(result === 'valid')
  } else {
    // Valid, but by an algorithm that the guard has not.
    expect(verified).toMatchObject({ failure: { check: 'algorithm', got: JSON.stringify(readAlgorithm(jws)) } })
  }
}

describe.skipIf(!hasVectors)('Wycheproof json_web_signature', () => {
  const file = readVectorsOf<SignatureFile>('wycheproof/json_web_signature_shared.json')
  const tests = file?.testGroups.flatMap((group) =>
    group.tests.map((one) => ({ ...one, keys: [group.public ?? group.private] })),
  )
  test.each(tests ?? [])('$tcId $comment is $result', expectResult)

  const corrected = readVectorsOf<{ tests: readonly (SignatureTest & { jwk: JsonWebKey; why: string })[] }>(
    'wycheproof/json_web_signature_corrected.json',
  )
  test.each(corrected?.tests.map((one) => ({ ...one, keys: [one.jwk] })) ?? [])(
    'corrected $tcId is $result: $why',
    expectResult,
  )

  test('the algorithms that are valid there and that the guard has not are these', () => {
    const valid = tests?.filter(({ result }) => result === 'valid').map(({ jws }) => readAlgorithm(jws)) ?? []
    expect(new Set(valid.filter((alg) => !supported.includes(alg)))).toEqual(new Set(['RS384', 'RS512']))
    expect(new Set(valid.filter((alg) => supported.includes(alg)))).toEqual(
      new Set(['HS256', 'ES256', 'RS256', 'PS256']),
    )
  })
})

describe.skipIf(!hasVectors)('Wycheproof json_web_key', () => {
  const file = readVectorsOf<KeyFile>('wycheproof/json_web_key_shared.json')
  const tests = file?.testGroups.flatMap((group) =>
    group.tests.map((one) => ({ ...one, keys: (group.public ?? group.private).keys })),
  )
  test.each(tests ?? [])('$tcId $comment is $result', expectResult)
})

describe.skipIf(!hasVectors)('Wycheproof json_web_encryption: no JWE is a token', () => {
  interface EncryptionFile {
    readonly testGroups: readonly {
      readonly private: JsonWebKey
      readonly tests: readonly { tcId: number; jwe: string }[]
    }[]
  }
  const file = readVectorsOf<EncryptionFile>('wycheproof/json_web_encryption_shared.json')
  const tests = file?.testGroups.flatMap((group) => group.tests.map((one) => ({ ...one, key: group.private })))
  test.each(tests ?? [])('$tcId', ({ jwe, key }) => {
    expect(verify(jwe, [key]).ok).toBe(false)
    expect(verify(jwe, [{ kty: 'oct', k: 'A'.repeat(43) }])).toMatchObject({ failure: { check: 'form' } })
  })
})

interface PrimitiveGroup {
  readonly publicKeyPem?: string
  readonly publicKey?: { readonly pk: string }
  readonly publicKeyJwk?: JsonWebKey
  readonly key?: string
  readonly tagSize?: number
  readonly tests: readonly {
    tcId: number
    comment: string
    msg: string
    sig?: string
    tag?: string
    key?: string
    result: string
  }[]
}

describe.skipIf(!hasVectors)('Wycheproof primitives, through an imported key', () => {
  const files: readonly { file: string; alg: Algorithm }[] = [
    { file: 'ecdsa_secp256r1_sha256_p1363_test', alg: 'ES256' },
    { file: 'ed25519_test', alg: 'EdDSA' },
    { file: 'rsa_signature_2048_sha256_test', alg: 'RS256' },
    { file: 'rsa_pss_2048_sha256_mgf1_32_test', alg: 'PS256' },
    { file: 'hmac_sha256_test', alg: 'HS256' },
  ]

  test.each(files)('$alg: $file', ({ file, alg }) => {
    const { testGroups } = readVectors<{ testGroups: readonly PrimitiveGroup[] }>(`wycheproof/${file}.json`)
    const cases = testGroups.flatMap((group) => group.tests.map((one) => ({ ...one, group })))
    const wrong = cases.filter((one) => one.result !== 'acceptable' && accepts(one, alg) !== isExpected(one, alg))
    expect(wrong.map(({ tcId, comment, result }) => ({ tcId, comment, result }))).toEqual([])
    expect(cases.length).toBeGreaterThan(100)
  })

  type PrimitiveCase = PrimitiveGroup['tests'][number] & { readonly group: PrimitiveGroup }

  /** Right, but refused: HMAC tags that are cut, HMAC keys under 32 bytes, RSA keys with the exponent 3. */
  function isExpected({ result, tag, key, group }: PrimitiveCase, alg: Algorithm): boolean {
    if (alg === 'HS256' && (tag?.length !== 64 || (key?.length ?? 0) < 64)) return false
    const { publicExponent } = createPublicKeyOf(group)?.asymmetricKeyDetails ?? {}
    return result === 'valid' && publicExponent !== 3n
  }

  function createPublicKeyOf({ publicKeyPem }: PrimitiveGroup): KeyObject | undefined {
    return publicKeyPem === undefined ? undefined : createPublicKey(publicKeyPem)
  }

  function accepts(one: PrimitiveCase, alg: Algorithm): boolean {
    try {
      const { verify: verifyWith, signatureBytes } = importKey({ ...findJwk(one, alg), alg }, [alg])
      const signature = Buffer.from(one.sig ?? one.tag ?? '', 'hex')
      return signature.length === signatureBytes && verifyWith(Buffer.from(one.msg, 'hex'), signature)
    } catch {
      return false
    }
  }

  function findJwk({ group, key }: PrimitiveCase, alg: Algorithm): JsonWebKey {
    if (alg === 'HS256') return { kty: 'oct', k: Buffer.from(key ?? '', 'hex').toString('base64url') }
    const pem = group.publicKeyPem ?? ''
    const { kty = '', crv, x, y, n, e } = createPublicKey(pem).export({ format: 'jwk' })
    return JSON.parse(JSON.stringify({ kty, crv, x, y, n, e }))
  }
})

interface CookbookFile {
  readonly input: { readonly key: JsonWebKey; readonly alg: string; readonly payload: string }
  readonly output: { readonly compact: string; readonly json: unknown; readonly json_flat?: unknown }
}

describe.skipIf(!hasVectors)('RFC 7520 and RFC 8037, the JOSE cookbook', () => {
  const accepted = ['jws/4_1.rsa_v15_signature', 'jws/4_4.hmac-sha2_integrity_protection', 'curve25519/jws']
  const unsupported = ['jws/4_2.rsa-pss_signature', 'jws/4_3.ecdsa_signature']
  const detached = 'jws/4_5.signature_with_detached_content'

  function read(name: string): CookbookFile & { readonly key: JsonWebKey } {
    const file = readVectors<CookbookFile>(`jose-cookbook/${name}.json`)
    // The examples give the private key, which no verifier may be given.
    const { d, p, q, dp, dq, qi, ...key } = file.input.key
    return { ...file, key: key as JsonWebKey }
  }

  test.each(accepted)('%s: the compact form is verified, to the byte', (name) => {
    const { input, output, key } = read(name)
    const verified = verify(output.compact, [key])
    expect(verified.ok && 'payload' in verified && verified.payload.toString()).toBe(input.payload)
  })

  test.each(unsupported)('%s: PS384 and ES512 are refused, as algorithms that the guard has not', (name) => {
    const { output, key } = read(name)
    expect(verify(output.compact, [key])).toMatchObject({ failure: { check: 'algorithm' } })
  })

  test.each([...accepted, ...unsupported, detached])('%s: the JSON forms are refused', (name) => {
    const { output, key } = read(name)
    for (const form of [output.json, output.json_flat ?? output.json]) {
      expect(verify(JSON.stringify(form), [key])).toMatchObject({ failure: { check: 'form' } })
    }
  })

  test(`${detached}: a detached payload is refused`, () => {
    const { output, key } = read(detached)
    expect(verify(output.compact, [key])).toMatchObject({ failure: { check: 'signature' } })
  })

  test('RFC 8037 §A.4, §A.5: the example is verified', () => {
    const { ed25519Jws } = readVectors<{ ed25519Jws: readonly { jws: string; publicJwk: JsonWebKey }[] }>(
      'rfc-examples/rfc-examples.json',
    )
    for (const { jws, publicJwk } of ed25519Jws) expect(verify(jws, [publicJwk]).ok).toBe(true)
    expect(ed25519Jws).toHaveLength(1)
  })
})

function readVectorsOf<File>(path: string): File | undefined {
  return hasVectors ? readVectors<File>(path) : undefined
}
