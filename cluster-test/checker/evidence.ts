import type { GuardReport } from '../guards/guard-report.ts'
import type { Act, Moment } from '../load/act.ts'

/** A session as the database has it in the end. */
export interface StoredSession {
  readonly account: string
  readonly generation: number
  readonly isEnded: boolean
}

/** What the database holds when all is over. */
export interface EndState {
  readonly sessions: ReadonlyMap<string, StoredSession>
  readonly feed: {
    readonly sequence: number
    readonly chain: string
    /** Records up to it may be gone. */
    readonly forgottenSequence: number
    readonly records: readonly { readonly sequence: number; readonly line: string; readonly chain: string }[]
  }
  /** Sessions whose opening the audit log has. */
  readonly auditedSessions: ReadonlySet<string>
  /** How many events of each act the audit log has. */
  readonly auditedActs: ReadonlyMap<string, number>
  /** What `ostiary audit verify` finds wrong; undefined: nothing. */
  readonly auditFault: string | undefined
}

export interface Span {
  readonly from: Moment
  readonly to: Moment
}

/** All that was noted while things failed, and what is there afterwards. */
export interface Evidence {
  readonly acts: readonly Act[]
  readonly guards: GuardReport
  /** The lines of the revocation feed as they were read meanwhile, and numbers that came with two. */
  readonly feedLines: ReadonlyMap<number, string>
  readonly forkedNumbers: readonly number[]
  readonly endState: EndState
  /** While nothing was made to fail, and nothing was still failing. */
  readonly quiet: readonly Span[]
  /** While the wall clock of a guard was wrong: what it says of times then is not held against the server. */
  readonly wrongClocks: readonly (Span & { readonly guard: string })[]
}

export const rules = [
  'acknowledged, and lost',
  'a refresh family forked',
  'logged out by a fault',
  'revoked, and still good',
  'used twice',
  'accepted after the guarantee',
  'refused without a reason',
  'a false alarm',
  'the feed is not whole',
  'the audit log is not whole',
] as const
export type Rule = (typeof rules)[number]

export interface Violation {
  readonly rule: Rule
  readonly sentence: string
  /** When it showed; undefined: in the end. */
  readonly at: Moment | undefined
}
