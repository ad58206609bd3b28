import { createPrivateKey, generateKeyPairSync, type KeyObject, type webcrypto } from 'node:crypto'

/** Makes a private key of 2048 bits whose public exponent is this one, which must have no factor in common with p - 1 and q - 1. */
export function makeRsaKey(exponent: bigint): KeyObject {
  for (;;) {
    const jwk = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' })
    const [p, q] = [decode(jwk.p), decode(jwk.q)]
    const d = invert(exponent, (p - 1n) * (q - 1n))
    if (d === undefined) continue
    const members = { e: exponent, d, dp: d % (p - 1n), dq: d % (q - 1n) }
    const encoded = Object.entries(members).map(([name, number]) => [name, encode(number)])
    return createPrivateKey({ key: { ...jwk, ...Object.fromEntries(encoded) } as webcrypto.JsonWebKey, format: 'jwk' })
  }
}

function decode(text = ''): bigint {
  return BigInt(`0x${Buffer.from(text, 'base64url').toString('hex')}`)
}

function encode(number: bigint): string {
  const digits = number.toString(16)
  return Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex').toString('base64url')
}

/** By Euclid's extended algorithm; undefined where there is no inverse. */
function invert(number: bigint, modulus: bigint): bigint | undefined {
  let [rest, next] = [modulus, number % modulus]
  let [factor, nextFactor] = [0n, 1n]
  while (next !== 0n) {
    const quotient = rest / next
    ;[rest, next] = [next, rest - quotient * next]
    ;[factor, nextFactor] = [nextFactor, factor - quotient * nextFactor]
  }
  return rest === 1n ? ((factor % modulus) + modulus) % modulus : undefined
}
