import type { Moment } from '../load/act.ts'

/** What one guard said of one token, over and over, from before it was revoked until it had expired. */
export interface Watched {
  /** Names the act that revokes it. */
  readonly id: string
  readonly guard: string
  /** When it was accepted last; undefined: never. */
  readonly acceptedAt: Moment | undefined
  /** Up to when the guard's copy of the feed was proved complete when it accepted it last; undefined: not at all. */
  readonly provedUntil: Moment | undefined
  /** When it was first refused for good, with 401. */
  readonly refusedAt: Moment | undefined
  readonly code: string | undefined
}

/** A token that had just been issued, and was not accepted. */
export interface Unaccepted {
  readonly session: string
  readonly guard: string
  readonly at: Moment
  readonly code: string
}

/** What a guard told of itself. */
export interface GuardNote {
  readonly guard: string
  readonly at: Moment
  readonly type: string
  readonly sentence: string | undefined
}

export interface GuardReport {
  readonly watched: readonly Watched[]
  /** How many tokens were shown to guards right after they had been issued. */
  readonly shown: number
  readonly unaccepted: readonly Unaccepted[]
  readonly notes: readonly GuardNote[]
}

export interface GuardsToOpen {
  readonly names: readonly string[]
  readonly issuer: string
  readonly audience: string
  /** The port by which these guards reach the issuer. */
  readonly port: number
  readonly credential: { readonly clientId: string; readonly clientSecret: string }
}

export type GuardsMessage =
  | { readonly open: GuardsToOpen }
  | { readonly watch: { readonly id: string; readonly token: string; readonly until: Moment } }
  | { readonly show: { readonly session: string; readonly token: string } }
  | { readonly ask: 'state' | 'report' }

export type GuardsReply = { readonly states: readonly string[] } | { readonly report: GuardReport }
