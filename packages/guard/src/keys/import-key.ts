import {
  constants,
  createHmac,
  createPublicKey,
  createSecretKey,
  type JsonWebKeyInput,
  timingSafeEqual,
  verify,
} from 'node:crypto'
import type { Algorithm } from '../jws/algorithm.ts'
import type { VerificationKey } from '../jws/key-set.ts'
import type { JsonObject } from '../jws/parse-json-object.ts'
import { decodeMember, judgeKey } from './judge-key.ts'

type Verify = VerificationKey['verify']

// RSASSA-PKCS1-v1_5 is what node:crypto does with an RSA key. RFC 7518 §3.5: the salt is as long as the hash.
const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }

/** Makes a public or symmetric JWK ready to verify with one of these algorithms. @throws Error which says why it can't be used. */
export function importKey(jwk: JsonObject, algorithms: readonly Algorithm[]): VerificationKey {
  const judged = judgeKey(jwk, algorithms)
  if (jwk.kty === 'oct') return { ...judged, verify: verifyBySecret(jwk) }
  const verifying = {
    // Node's own error for a point that is not on the curve serves as well as ours.
    key: createPublicKey({ key: jwk as JsonWebKeyInput['key'], format: 'jwk' }),
    dsaEncoding: 'ieee-p1363',
    ...(judged.names[0] === 'PS256' && pss),
  } as const
  return { ...judged, verify: (input, signature) => verify(judged.hash, input, verifying, signature) }
}

function verifyBySecret(jwk: JsonObject): Verify {
  const key = createSecretKey(decodeMember(jwk, 'k'))
  const computed = Buffer.alloc(32)
  return (input, signature) => {
    // As text first: fresh bytes for each digest cost a quarter of the whole computation.
    computed.write(createHmac('sha256', key).update(input).digest('latin1'), 'latin1')
    return timingSafeEqual(computed, signature)
  }
}
