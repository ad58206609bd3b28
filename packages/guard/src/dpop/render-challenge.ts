import type { Refusal } from '../guard.ts'
import { asymmetricAlgorithms } from '../jws/algorithm.ts'

const algorithms = `algs="${asymmetricAlgorithms.join(' ')}"`

/**
 * Offers the scheme DPoP in a refusal: behind Bearer, which some clients want to read first, or in its place, for who came with it.
 *
 * @see RFC 9449 §7.1
 */
export function offerDpop(refusal: Refusal, hasTriedDpop: boolean, nonce: string | undefined): Refusal {
  const entries = Object.entries(refusal.headers).map(([name, value]) =>
    name.toLowerCase() === 'www-authenticate' ? [name, extendChallenge(value, refusal, hasTriedDpop)] : [name, value],
  )
  const headers: Record<string, string> = Object.fromEntries(entries)
  // RFC 9449 §8.2: a newer nonce may come with any answer.
  if (hasTriedDpop && nonce !== undefined) headers['DPoP-Nonce'] = nonce
  return { ...refusal, headers }
}

function extendChallenge(challenge: string, { code }: Refusal, hasTriedDpop: boolean): string {
  if (!hasTriedDpop) return `${challenge}, DPoP ${algorithms}`
  const isOfProof = code === 'invalid_dpop_proof' || code === 'use_dpop_nonce'
  const named = isOfProof ? challenge.replace('error="invalid_token"', `error="${code}"`) : challenge
  return `${named.replace(/^Bearer /, 'DPoP ')}, ${algorithms}`
}
