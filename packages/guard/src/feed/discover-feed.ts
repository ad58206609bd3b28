import { discoverMetadata, isAsSecure } from '../keys/discover-metadata.ts'
import type { Fetching } from '../keys/fetch-json.ts'
import type { FeedSettings } from './feed-to-follow.ts'

/** Where the feed and introspection are. No URL: this issuer has no feed. */
export interface FeedEndpoints {
  readonly urls: readonly string[]
  /** Undefined when the issuer has none, or nobody will ask. */
  readonly introspection: string | undefined
}

/** Finds the endpoints in the issuer's metadata, unless the settings say all that is needed. Rejects with a sentence. */
export async function discoverFeed(
  issuer: string,
  { urls, isRequired, onDark }: FeedSettings,
  fetching: Fetching,
): Promise<FeedEndpoints> {
  if (urls !== undefined && onDark !== 'introspect') return { urls, introspection: undefined }
  const metadata = await discoverMetadata(issuer, fetching)
  const [feed, introspection] = [metadata.revocation_feed_endpoint, metadata.introspection_endpoint].map((url) =>
    typeof url === 'string' && isAsSecure(url, issuer) ? url : undefined,
  )
  if (urls === undefined && feed === undefined && isRequired) {
    throw new Error(`${issuer} names no revocation_feed_endpoint`)
  }
  return { urls: urls ?? (feed === undefined ? [] : [feed]), introspection }
}
