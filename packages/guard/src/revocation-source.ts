import type { FeedState } from './guard.ts'
import type { VerifiedToken } from './to-verified-token.ts'

/** What a guard knows of a verified token that may not be accepted any more. */
export type Denial = 'token_revoked' | 'refresh_required' | 'feed_unavailable'

/** Where a guard learns what was revoked. */
export interface RevocationSource {
  /** Called when more is revoked than before. */
  changed: (() => void) | undefined
  /** What must be awaited before judging; undefined when nothing must, which is nearly always. It never rejects. */
  awaited(): Promise<void> | undefined
  /** Why a verified token must be refused; undefined when it need not. Asked on every request. */
  judge(token: VerifiedToken<unknown>, isStrict: boolean): Denial | undefined
  state(): FeedState
  close(): void
}

/** For guards that follow no feed: tokens are accepted until they expire. */
export function followNoFeed(): RevocationSource {
  return {
    changed: undefined,
    awaited: () => undefined,
    judge: () => undefined,
    state: () => ({ state: 'off', sequence: undefined, records: 0, ageSeconds: undefined, lastError: undefined }),
    close: () => {},
  }
}
