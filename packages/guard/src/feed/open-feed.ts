import { describeError } from '../keys/describe-error.ts'
import type { FeedSource } from './feed-source.ts'

/** Stands for a feed whose code is still being loaded: most of a bundle doesn't need it. */
export function openFeed(load: () => Promise<FeedSource>): FeedSource {
  let source: FeedSource | undefined
  let isClosed = false
  let lastError: string | undefined
  const loading = load().then(
    (loaded) => {
      source = loaded
      if (isClosed) loaded.close()
      return loaded
    },
    (error: unknown) => {
      lastError = describeError(error)
      return undefined
    },
  )
  return {
    ask: (token, isStrict) =>
      source === undefined
        ? loading.then((loaded) => (loaded === undefined ? 'feed_unavailable' : loaded.ask(token, isStrict)))
        : source.ask(token, isStrict),
    findDenial: (token) => source?.findDenial(token),
    state: () =>
      source?.state() ?? {
        state: lastError === undefined ? 'starting' : 'dark',
        sequence: 0,
        records: 0,
        ageSeconds: undefined,
        lastError,
      },
    close: () => {
      isClosed = true
      source?.close()
    },
  }
}
