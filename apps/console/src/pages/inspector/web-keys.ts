import { type Algorithm, collectKeys, type JudgedKey, judgeKey, type ObtainedKeys } from '@ostiary/guard/explain-checks'

/** A key that the guard would take, ready for WebCrypto. */
export interface WebKey extends JudgedKey {
  readonly cryptoKey: CryptoKey
}

const parameters: Readonly<
  Record<Algorithm, RsaHashedImportParams | EcKeyImportParams | HmacImportParams | { name: string }>
> = {
  ES256: { name: 'ECDSA', namedCurve: 'P-256' },
  ES384: { name: 'ECDSA', namedCurve: 'P-384' },
  EdDSA: { name: 'Ed25519' },
  Ed25519: { name: 'Ed25519' },
  RS256: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  PS256: { name: 'RSA-PSS', hash: 'SHA-256' },
  HS256: { name: 'HMAC', hash: 'SHA-256' },
}

/** Makes a JWK set ready: the guard's rules say which keys may verify, WebCrypto which of them are keys at all. */
export async function importWebKeys(jwks: unknown, algorithms: readonly Algorithm[]): Promise<ObtainedKeys<WebKey>> {
  try {
    const imported = new Map<object, CryptoKey>()
    const judged = collectKeys(jwks, (jwk) => ({ ...judgeKey(jwk, algorithms), jwk }))
    for (const { jwk, names } of judged.keys.keys) {
      const cryptoKey = await importOne(jwk, names[0]).catch(() => undefined)
      if (cryptoKey) imported.set(jwk, cryptoKey)
    }
    const { keys, ignored } = collectKeys(jwks, (jwk) => {
      const cryptoKey = imported.get(jwk)
      if (!cryptoKey) throw new Error('it can’t be used')
      return { ...judgeKey(jwk, algorithms), cryptoKey }
    })
    if (keys.keys.length > 0) return { ok: true, keySet: keys }
    return { ok: false, sentence: ['there is no key that can be used', ...ignored].join('; ') }
  } catch (error) {
    return { ok: false, sentence: (error as Error).message }
  }
}

/** The members that make the key, and no other: WebCrypto refuses some that don't concern it. */
function importOne(jwk: Readonly<Record<string, unknown>>, name: Algorithm = 'ES256'): Promise<CryptoKey> {
  const { kty, crv, x, y, n, e, k } = jwk as JsonWebKey
  const material = Object.fromEntries(
    Object.entries({ kty, crv, x, y, n, e, k }).filter(([, value]) => value !== undefined),
  )
  return crypto.subtle.importKey('jwk', material, parameters[name], false, ['verify'])
}

/** Whether the key made this signature over this text, which is ASCII. */
export async function verifySignature(key: WebKey, signingInput: string, signature: Uint8Array): Promise<boolean> {
  if (signature.length !== key.signatureBytes) return false
  const { name } = key.cryptoKey.algorithm
  // RFC 7518 §3.5: the salt of PSS is as long as the hash.
  const algorithm = { name, saltLength: 32, ...(key.hash && { hash: key.hash.replace('sha', 'SHA-') }) }
  const bytes = new TextEncoder().encode(signingInput)
  return crypto.subtle.verify(algorithm, key.cryptoKey, Uint8Array.from(signature), bytes)
}
