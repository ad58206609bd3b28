import type { AccessTokenClaims } from '../claims/access-token-claims.ts'
import type { FeedState } from '../guard.ts'
import type { DeniableToken, Denial } from './deny-set.ts'

/** A verified token, and what was found when the deny set was last asked about it. */
export interface AskedToken {
  readonly text: string
  readonly claims: AccessTokenClaims
  readonly kid: string | undefined
  /** Made when the set is first asked. */
  deniable: DeniableToken | undefined
  /** The set's version then: while it is the same, so is the answer. */
  askedVersion: number
  denial: Denial | undefined
}

/** Undefined lets the token pass. */
export type FeedAnswer = Denial | 'feed_unavailable' | undefined

/** What a guard asks about each token that it has verified. */
export interface FeedSource {
  /** At once when the feed is live; else maybe as a promise, which never rejects. */
  ask(token: AskedToken, isStrict: boolean): FeedAnswer | Promise<FeedAnswer>
  /** What the records say that are there, however old they are. */
  findDenial(token: AskedToken): Denial | undefined
  state(): FeedState
  close(): void
}
