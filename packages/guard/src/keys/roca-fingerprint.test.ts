import { expect, test } from 'vitest'
import { makeSigningKey } from '../../testing/signing-keys.ts'
import { hasRocaFingerprint } from './roca-fingerprint.ts'

// Those below 167, whose product is the M of the paper, and those of them whose powers of 65537 tell something.
const primesOfM = Array.from({ length: 166 }, (_, number) => number).filter(isPrime)
const telling = [11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157]
const primorial = primesOfM.reduce((product, prime) => product * BigInt(prime), 1n)

function isPrime(number: number): boolean {
  for (let divisor = 2; divisor * divisor <= number; divisor += 1) if (number % divisor === 0) return false
  return number > 1
}

/** A factor as the library makes it: k · M + 65537^a mod M. */
function makeFactor(k: bigint, power: number): bigint {
  return k * primorial + (65537n ** BigInt(power) % primorial)
}

test('CVE-2017-15361: a product of two factors that the library makes has the mark', () => {
  expect(hasRocaFingerprint(makeFactor(12_345n, 7) * makeFactor(67_891n, 11))).toBe(true)
  expect(hasRocaFingerprint(makeFactor(2n ** 800n, 1) * makeFactor(2n ** 801n, 100))).toBe(true)
})

test.each(telling)('it must be a power of 65537 modulo %i as well: each other residue clears it', (prime) => {
  const modulus = makeFactor(12_345n, 7)
  const powers = new Set(Array.from({ length: prime }, (_, power) => Number(65537n ** BigInt(power) % BigInt(prime))))
  const others = primorial / BigInt(prime)
  for (let step = 0n; step < prime; step += 1n) {
    const stepped = modulus + step * others
    expect(hasRocaFingerprint(stepped), `${stepped}`).toBe(powers.has(Number(stepped % BigInt(prime))))
  }
})

test('keys that are made otherwise have not', () => {
  for (let count = 0; count < 3; count += 1) {
    const { n = '' } = makeSigningKey('RS256').jwk
    expect(hasRocaFingerprint(BigInt(`0x${Buffer.from(n, 'base64url').toString('hex')}`))).toBe(false)
  }
})
