import { expect, test } from 'vitest'
import { audience } from '../../testing/sign-token.ts'
import { makeSigningKey, signParts } from '../../testing/signing-keys.ts'
import { accessTokenType, verifyAccessToken } from '../claims/verify-access-token.ts'
import { asymmetricAlgorithms } from '../jws/algorithm.ts'
import { importKeySet } from '../keys/import-key-set.ts'
import { HeartbeatVerifier } from './verify-heartbeat.ts'

const key = makeSigningKey('ES256', 'one-key')
const issuer = 'https://login.example.com'
const h = Buffer.alloc(32).toString('base64url')
// What would pass as either, were it not for the header's type.
const claims = {
  ...{ iss: issuer, aud: audience, sub: 'account-1', client_id: 'tutorial', jti: 'j', iat: 1_000, exp: 2_000 },
  ...{ fid: 'feed-1', seq: 0, h },
}

test('RFC 8725 §3.11: a heartbeat’s header is never known for an access token, nor an access token’s for a heartbeat', () => {
  const { keySet } = importKeySet({ keys: [key.jwk] }, asymmetricAlgorithms)
  const verifier = new HeartbeatVerifier(issuer)
  const policy = { issuer, audience, algorithms: asymmetricAlgorithms, type: accessTokenType, leewaySeconds: 0 }
  const types = ['at+jwt', 'feed-heartbeat+jwt', 'feed-snapshot+jwt'] as const
  const signed = types.map((typ) => signParts({ alg: 'ES256', typ, kid: key.kid }, claims, key))
  // The second round meets whatever headers the first has made known.
  for (let round = 0; round < 2; round += 1) {
    const accepted = signed.map((jws) => [
      verifyAccessToken(jws, keySet, policy, 1_500_000).ok,
      verifier.verify(jws, keySet, 'feed-heartbeat+jwt').ok,
      verifier.verify(jws, keySet, 'feed-snapshot+jwt').ok,
    ])
    expect(accepted).toEqual([
      [true, false, false],
      [false, true, false],
      [false, false, true],
    ])
  }
})
