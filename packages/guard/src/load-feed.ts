import type { FeedToFollow } from './feed/follow-feed.ts'
import { followNoFeed, type RevocationSource } from './revocation-source.ts'

/** Follows a feed, by code that is loaded only where there is one to follow. */
export function loadFeed(options: FeedToFollow): RevocationSource {
  let source: RevocationSource | undefined
  let isClosed = false
  const loading = import('./feed/follow-feed.ts').then(({ followFeed }) => {
    source = followFeed(options)
    source.changed = () => loaded.changed?.()
    if (isClosed) source.close()
    return source.awaited()
  })
  // What can't be loaded can't be asked: `judge` refuses.
  const waiting = loading.catch(() => {})
  const loaded: RevocationSource = {
    changed: undefined,
    awaited: () => (source === undefined ? waiting : source.awaited()),
    judge: (token, isStrict) => (source === undefined ? 'feed_unavailable' : source.judge(token, isStrict)),
    state: () => source?.state() ?? { ...followNoFeed().state(), state: 'starting' },
    close() {
      isClosed = true
      source?.close()
    },
  }
  return loaded
}
