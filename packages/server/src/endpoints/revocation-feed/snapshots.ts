import type { FeedPulse } from '../../domain/revocations/feed-follower.ts'
import { makeSnapshot } from '../../domain/revocations/make-snapshot.ts'
import type { RevocationFeedDeps } from './feed-deps.ts'
import { lookAtFeed } from './look-at-feed.ts'

/** Snapshots are made one at a time: who asks while one is being made gets the next, and shares it with all who wait. */
export class Snapshots {
  readonly #deps: RevocationFeedDeps
  #next: Promise<Buffer> | undefined
  #running: Promise<unknown> = Promise.resolve()

  constructor(deps: RevocationFeedDeps) {
    this.#deps = deps
  }

  take(): Promise<Buffer> {
    if (this.#next) return this.#next
    const before = this.#running
    const next = (async () => {
      await before
      const pulse = await lookAtFeed(this.#deps.follower)
      this.#next = undefined
      return this.#make(pulse)
    })()
    this.#running = next.catch(() => {
      this.#next = undefined
    })
    this.#next = next
    return next
  }

  #make(pulse: FeedPulse): Promise<Buffer> {
    const { urls, database, keyRing } = this.#deps
    return makeSnapshot({ issuer: urls.issuer, read: database.read, keyRing }, pulse)
  }
}
