const LEAST = 65_537n
/** As OpenSSL bounds it for keys above 3072 bits. */
const MOST = 2n ** 64n

/**
 * Whether the exponent of an RSA key, as JWK has it, is one to verify with. Below 2^16 signatures can be forged, with 1 by anybody (NIST SP
 * 800-56B §6.2). Each bit of it costs whoever verifies a multiplication, and a stranger's key may have thousands: a hundred times what a usual one costs.
 */
export function hasUsableExponent({ e }: { readonly e?: unknown }): boolean {
  if (typeof e !== 'string') return false
  const exponent = BigInt(`0x0${Buffer.from(e, 'base64url').toString('hex')}`)
  return exponent >= LEAST && exponent < MOST && exponent % 2n === 1n
}
