import { createPrivateKey, sign } from 'node:crypto'
import type { ClientAuth } from 'openid-client'
import type { Clock } from '../../platform/clock/clock.ts'
import type { AppleKey, Upstream } from './upstream.ts'

/** Apple takes up to six months; ours is used at once. */
const LIFETIME_SECONDS = 300

/**
 * Authenticates as Apple wants it: by a client secret that the developer's key signs, made anew for each request.
 *
 * @param privateKey PKCS #8 in PEM, as `isApplePrivateKey` tells
 * @see https://developer.apple.com/documentation/accountorganizationaldatasharing/creating-a-client-secret
 */
export function authenticateAtApple(
  { issuer, clientId }: Upstream,
  { teamId, keyId }: AppleKey,
  privateKey: string,
  clock: Clock,
): ClientAuth {
  return (_server, _client, body) => {
    const now = Math.floor(clock.now() / 1000)
    const claims = { iss: teamId, iat: now, exp: now + LIFETIME_SECONDS, aud: issuer, sub: clientId }
    body.set('client_id', clientId)
    body.set('client_secret', signEs256({ alg: 'ES256', kid: keyId }, claims, privateKey))
  }
}

/** RFC 7515 §3.1, RFC 7518 §3.4: the signature is R and S, not their DER. */
function signEs256(header: object, claims: object, privateKey: string): string {
  const signed = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' })
  return `${signed}.${signature.toString('base64url')}`
}

/** Whether a text is such a key as Apple gives for downloading: a private one of P-256, in PEM. */
export function isApplePrivateKey(text: string): boolean {
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = createPrivateKey(text)
    return asymmetricKeyType === 'ec' && asymmetricKeyDetails?.namedCurve === 'prime256v1'
  } catch {
    return false
  }
}
