import type { RefusalCode } from './request/refusal-answers.ts'

/** The checks that a token passes, in the order in which they are made; the last three are a route's. */
export type CheckName =
  | 'form'
  | 'algorithm'
  | 'critical'
  | 'type'
  | 'key'
  | 'signature'
  | 'claims'
  | 'issuer'
  | 'audience'
  | 'confirmation'
  | 'not_before'
  | 'issued_at'
  | 'expiry'
  | 'schema'
  | 'revocation'
  | 'proof'
  | 'scope'
  | 'organization'
  | 'impersonated'
  | 'permission'
  | 'role'
  | 'fresh'
  | 'acr'
  | 'amr'

/** Why a check failed: for logs, never for the caller. It holds no token; what came from outside is shortened and quoted. */
export interface FailedCheck {
  readonly check: CheckName
  readonly expected: string
  readonly got: string
  /** How far a time is from the limit, leeway included: what the clocks would have to differ by. Always positive. */
  readonly secondsOff?: number
}

/** What a guard tells its `log` option. */
export type GuardEvent =
  | { readonly type: 'refused'; readonly code: RefusalCode; readonly detail?: FailedCheck; readonly sentence: string }
  | { readonly type: 'anonymous'; readonly code: RefusalCode; readonly detail: FailedCheck }
  | { readonly type: 'keys_fetched'; readonly count: number; readonly ignored: readonly string[] }
  | { readonly type: 'feed_live' | 'feed_stale' | 'feed_dark' | 'feed_absent' }
  | { readonly type: 'feed_alarm' | 'audit_alarm' | 'feed_failed'; readonly sentence: string }
  | { readonly type: 'feed_unknown_record'; readonly sequence: number }
  | { readonly type: 'keys_failed'; readonly sentence: string; readonly retrySeconds: number }
