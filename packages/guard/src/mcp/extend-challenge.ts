import type { Refusal } from '../guard.ts'
import { refusalAnswers } from '../request/refusal-answers.ts'

const scheme = /^(Bearer|DPoP) /i

/**
 * Puts into a challenge, of `Bearer` or `DPoP`, where the metadata is, and which scopes a token needs to pass.
 *
 * They come first: parameters at the end would belong to another scheme, where a hook has put one behind.
 *
 * @param scope what the rule asks for; a challenge for insufficient scope has it already.
 * @see RFC 9728 §5.1, RFC 6750 §3
 */
export function extendChallenge(refusal: Refusal, metadataUrl: string, scope: string | undefined): Refusal {
  const [name, challenge] =
    Object.entries(refusal.headers).find(([name]) => name.toLowerCase() === 'www-authenticate') ?? []
  if (name === undefined || challenge === undefined || !scheme.test(challenge)) return refusal
  const isScopeWanted = scope !== undefined && refusalAnswers[refusal.code].status === 401
  const added = `resource_metadata="${metadataUrl}", ${isScopeWanted ? `scope="${scope}", ` : ''}`
  return { ...refusal, headers: { ...refusal.headers, [name]: challenge.replace(scheme, (found) => found + added) } }
}
