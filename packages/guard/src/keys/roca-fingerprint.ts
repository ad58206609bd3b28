/**
 * Whether an RSA modulus has the mark of the Infineon library whose keys can be factored: modulo each of these primes it is a
 * power of 65537. A good modulus has it with a probability below 2^-27 per test of all primes.
 *
 * @see CVE-2017-15361
 */
export function hasRocaFingerprint(modulus: bigint): boolean {
  return primes.every((prime) => isPowerOf65537(Number(modulus % BigInt(prime)), prime))
}

const primes: readonly number[] = [11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157]

function isPowerOf65537(residue: number, prime: number): boolean {
  const base = 65537 % prime
  let power = 1
  do {
    if (power === residue) return true
    power = (power * base) % prime
  } while (power !== 1)
  return false
}
