import { parseJsonObject } from '../jws/parse-json-object.ts'
import { readBounded } from '../keys/read-bounded.ts'
import type { FeedRequests } from './feed-requests.ts'
import type { FeedAnswer } from './feed-source.ts'

const maxBytes = 65_536

/** Asks the issuer whether a token is active. Never rejects: when nobody answers, nobody can tell. @see RFC 7662 §2 */
export async function introspectToken(
  url: string | undefined,
  token: string,
  requests: FeedRequests,
): Promise<FeedAnswer> {
  if (url === undefined) return 'feed_unavailable'
  try {
    const form = new URLSearchParams({ token, token_type_hint: 'access_token' }).toString()
    const response = await requests.post(url, 'application/x-www-form-urlencoded', form)
    const bytes = await readBounded(response.body, maxBytes)
    const active = bytes && parseJsonObject(bytes)?.active
    if (active === true) return undefined
    return active === false ? 'token_revoked' : 'feed_unavailable'
  } catch {
    return 'feed_unavailable'
  }
}
