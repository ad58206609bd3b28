import fc from 'fast-check'
import { importJWK, type JWK, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { goodClaims } from '../../testing/bad-tokens.ts'
import { audience, issuer, nowSeconds } from '../../testing/sign-token.ts'
import { encodePart, makeSigningKey, type SigningKey, signParts } from '../../testing/signing-keys.ts'
import { verifyAccessToken } from '../claims/verify-access-token.ts'
import { importKeySet } from '../keys/import-key-set.ts'
import { decodeBase64url } from './base64url.ts'

const algorithms = ['ES256', 'EdDSA', 'RS256', 'PS256', 'HS256'] as const
const signingKeys = new Map(algorithms.map((alg) => [alg, makeSigningKey(alg)]))
const now = nowSeconds * 1000
const leewaySeconds = 15

function verifyHere(token: string, key: SigningKey): boolean {
  const { keySet } = importKeySet({ keys: [key.jwk] }, [key.alg])
  const policy = { issuer, audience, algorithms: [key.alg], type: 'at+jwt', leewaySeconds }
  return verifyAccessToken(token, keySet, policy, now).ok
}

async function verifyWithJose(token: string, key: SigningKey): Promise<boolean> {
  const imported = await importJWK(key.jwk as JWK, key.alg)
  return jwtVerify(token, imported, {
    algorithms: [key.alg],
    issuer,
    audience,
    typ: 'at+jwt',
    requiredClaims: ['sub', 'client_id', 'iat', 'exp', 'jti'],
    clockTolerance: leewaySeconds,
    currentDate: new Date(now),
  }).then(
    () => true,
    () => false,
  )
}

/** Where we refuse what jose accepts, and why. Nothing may be accepted here that jose refuses. */
const stricterRules: readonly { name: string; applies: (token: string, key: SigningKey) => boolean }[] = [
  {
    name: 'RFC 7515 §2: only canonical base64url',
    applies: (token) => token.split('.').some((part) => decodeBase64url(part) === undefined),
  },
  {
    name: 'RFC 7515 §4.1.4: a kid that no key has is refused, and so is one that is no text (jose was handed the key)',
    applies: (token, { kid }) => readPart(token, 0)?.kid !== undefined && readPart(token, 0)?.kid !== kid,
  },
  { name: 'RFC 7797 §6: b64 is refused, also as true', applies: (token) => readPart(token, 0)?.b64 !== undefined },
  {
    name: 'RFC 9068 §2.2: the claims have their types',
    applies: (token) => {
      const { sub, client_id, jti, scope, sid, amr, auth_time, aud } = readPart(token, 1) ?? {}
      const texts = [sub, client_id, jti]
      return (
        texts.some((text) => typeof text !== 'string' || text === '') ||
        [scope, sid].some((text) => text !== undefined && typeof text !== 'string') ||
        (amr !== undefined && !(Array.isArray(amr) && amr.every((one) => typeof one === 'string'))) ||
        (auth_time !== undefined && !(typeof auth_time === 'number' && auth_time >= 0)) ||
        (Array.isArray(aud) && aud.some((one) => typeof one !== 'string'))
      )
    },
  },
  { name: 'exp is after iat', applies: (token) => Number(readPart(token, 1)?.exp) <= Number(readPart(token, 1)?.iat) },
  {
    name: 'a token from the future is refused',
    applies: (token) => Number(readPart(token, 1)?.iat) > nowSeconds + leewaySeconds,
  },
  {
    name: 'RFC 7519 §2: no time before 1970',
    applies: (token) => ['iat', 'exp', 'nbf'].some((name) => Number(readPart(token, 1)?.[name]) < 0),
  },
  { name: 'RFC 7800 §3: a bound token is no bearer token', applies: (token) => readPart(token, 1)?.cnf !== undefined },
  { name: 'the size is bounded', applies: (token) => token.length > 10_000 },
]

function readPart(token: string, index: number): Record<string, unknown> | undefined {
  try {
    return JSON.parse(Buffer.from(token.split('.')[index] ?? '', 'base64url').toString())
  } catch {
    return undefined
  }
}

const anyValue = fc.oneof(
  fc.constantFrom(null, '', 0, -1, true, [], {}, ['x'], [1], 'x', nowSeconds, nowSeconds + 15, nowSeconds + 16, 1e12),
  fc.integer({ min: nowSeconds - 40, max: nowSeconds + 40 }),
  fc.jsonValue(),
)
const claimChange = fc.tuple(
  fc.constantFrom(...Object.keys(goodClaims), 'nbf', 'sid', 'amr', 'auth_time', 'cnf', 'roles'),
  fc.option(anyValue, { nil: undefined }),
)
const headerChange = fc.tuple(
  fc.constantFrom('alg', 'typ', 'kid', 'crit', 'b64', 'jwk', 'jku', 'x5c', 'cty', 'zip'),
  fc.oneof(
    anyValue,
    fc.constantFrom(
      'none',
      'HS256',
      'ES256',
      'RS256',
      'at+jwt',
      'AT+JWT',
      'application/at+jwt',
      'JWT',
      ['exp'],
      undefined,
    ),
  ),
)

/** Changes of the text of a token after it was signed. */
const textChange: fc.Arbitrary<(token: string) => string> = fc.oneof(
  fc.tuple(fc.nat(), fc.constantFrom(...'AZaz09-_.=+/ \n\0é?')).map(([at, character]) => (token: string) => {
    const place = at % (token.length + 1)
    return token.slice(0, place) + character + token.slice(place)
  }),
  fc.tuple(fc.nat(), fc.constantFrom(...'ABwxyz0189-_.')).map(([at, character]) => (token: string) => {
    const place = at % token.length
    return token.slice(0, place) + character + token.slice(place + 1)
  }),
  fc.nat().map((at) => (token: string) => token.slice(0, at % token.length)),
  fc.nat().map((at) => (token: string) => token.slice(at % token.length)),
  fc.shuffledSubarray([0, 1, 2], { minLength: 2 }).map((order) => (token: string) => {
    const parts = token.split('.')
    return order.map((index) => parts[index]).join('.')
  }),
  fc.constantFrom(
    (token: string) => ` ${token}`,
    (token: string) => `${token} `,
    (token: string) => `${token}=`,
    (token: string) => token.replaceAll('-', '+').replaceAll('_', '/'),
    (token: string) => token.replace(/^[^.]+/, (head) => encodePart(` ${Buffer.from(head, 'base64url')}`)),
    (token: string) => token.replace(/^[^.]+/, (head) => encodePart(`\uFEFF${Buffer.from(head, 'base64url')}`)),
    (token: string) => token,
  ),
)

async function expectAgreement(token: string, key: SigningKey): Promise<void> {
  const [here, there] = [verifyHere(token, key), await verifyWithJose(token, key)]
  if (here === there) return
  const rules = stricterRules.filter(({ applies }) => applies(token, key)).map(({ name }) => name)
  expect({ token, here, explained: rules.length > 0 }).toEqual({ token, here: false, explained: true })
}

describe.each(algorithms)('%s: this verifier and jose agree, but for the named rules,', (alg) => {
  const key = signingKeys.get(alg) ?? makeSigningKey(alg)
  const header = { alg, typ: 'at+jwt', kid: key.kid }

  test('on a good token', async () => {
    const token = signParts(header, goodClaims, key)
    expect([verifyHere(token, key), await verifyWithJose(token, key)]).toEqual([true, true])
  })

  test('on tokens whose text was changed', async () => {
    const token = signParts(header, goodClaims, key)
    await fc.assert(
      fc.asyncProperty(textChange, (change) => expectAgreement(change(token), key)),
      { numRuns: 400 },
    )
  })

  test('on tokens signed with other claims and headers', async () => {
    const changes = fc.tuple(fc.array(claimChange, { maxLength: 2 }), fc.array(headerChange, { maxLength: 1 }))
    await fc.assert(
      fc.asyncProperty(changes, ([claims, headers]) => {
        const changed = { ...goodClaims, ...Object.fromEntries(claims) }
        return expectAgreement(signParts({ ...header, ...Object.fromEntries(headers) }, changed, key), key)
      }),
      { numRuns: 400 },
    )
  })
})

const looseText = fc.string({ unit: fc.constantFrom(...'AQgwEIMbcd09-_+/= .\n\0é?Ā'), maxLength: 40 })

test('RFC 4648 §5: what decodes is exactly what encoding gives', () => {
  fc.assert(
    fc.property(fc.oneof(looseText, fc.base64String(), fc.string()), (text) => {
      const isCanonical = /^[\w-]*$/.test(text) && Buffer.from(text, 'base64url').toString('base64url') === text
      expect(decodeBase64url(text) !== undefined).toBe(isCanonical)
    }),
    { numRuns: 5_000 },
  )
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      expect(decodeBase64url(Buffer.from(bytes).toString('base64url'))).toEqual(Buffer.from(bytes))
    }),
  )
})
