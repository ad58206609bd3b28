import { createHash, createPublicKey, type KeyObject, randomUUID } from 'node:crypto'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, type JWTHeaderParameters, SignJWT } from 'jose'

/** A client's key, with which it makes proofs as RFC 9449 §4.2 has them. */
export interface DpopClient {
  readonly jkt: string
  readonly jwk: JWK
  /** `claims` and `header` go over the defaults; undefined leaves one out. */
  prove(request: ProofRequest): Promise<string>
}

export interface ProofRequest {
  readonly url: string
  readonly method?: string
  readonly now: number
  readonly nonce?: string | undefined
  readonly accessToken?: string
  readonly claims?: Readonly<Record<string, unknown>>
  readonly header?: Readonly<Record<string, unknown>>
}

/** With a key of its own where none is given. */
export async function createDpopClient(alg = 'ES256', key?: KeyObject): Promise<DpopClient> {
  const { privateKey, publicKey } = key
    ? { privateKey: key, publicKey: createPublicKey(key) }
    : await generateKeyPair(alg, { extractable: true })
  const jwk = await exportJWK(publicKey)
  return {
    jkt: await calculateJwkThumbprint(jwk),
    jwk,
    async prove({ url, method = 'POST', now, nonce, accessToken, claims = {}, header = {} }) {
      const ath = accessToken === undefined ? undefined : createHash('sha256').update(accessToken).digest('base64url')
      const payload = { jti: randomUUID(), htm: method, htu: url, iat: Math.floor(now / 1000), nonce, ath, ...claims }
      const protectedHeader = { typ: 'dpop+jwt', alg, jwk, ...header } as JWTHeaderParameters
      return new SignJWT(payload).setProtectedHeader(protectedHeader).sign(privateKey)
    },
  }
}
