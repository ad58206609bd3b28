import { randomUUID } from 'node:crypto'
import { CompactSign, exportJWK, generateKeyPair, type JWK } from 'jose'

/** Somebody with a key pair who signs assertions. */
export interface Signer {
  readonly publicJwk: JWK
  readonly privateKey: CryptoKey
  /** Signs claims; the header is `alg` and `kid` unless more is said, and a member that is undefined is left out. */
  sign(claims: object, header?: Readonly<Record<string, unknown>>): Promise<string>
}

export async function makeSigner(alg = 'ES256', kid = 'first'): Promise<Signer> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
  return {
    publicJwk: { ...(await exportJWK(publicKey)), kid },
    privateKey,
    sign: (claims, header = {}) =>
      new CompactSign(Buffer.from(JSON.stringify(claims)))
        .setProtectedHeader({ alg, kid, ...header })
        .sign(privateKey, { crit: { 'https://example.com/extension': true } }),
  }
}

/** The claims of an assertion that is good at that moment; each has a `jti` of its own. */
export function goodClaims(signer: string, audience: unknown, now: number): Record<string, unknown> {
  const iat = Math.floor(now / 1000)
  return { iss: signer, sub: signer, aud: audience, iat, exp: iat + 60, jti: randomUUID() }
}
