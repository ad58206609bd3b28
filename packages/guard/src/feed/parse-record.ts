import type { EpochMilliseconds, EpochSeconds } from '../claims/access-token-claims.ts'
import { parseJsonObject } from '../jws/parse-json-object.ts'

/** One line of the feed: docs/reference/revocation-feed.md, "Records". */
export type FeedRecord =
  | { readonly n: number; readonly k: 's' | 'j' | 'k'; readonly i: string; readonly x: EpochSeconds }
  | {
      readonly n: number
      readonly k: 'u' | 'c' | 'r'
      readonly i: string
      readonly t: EpochMilliseconds
      readonly x: EpochSeconds
    }
  | { readonly n: number; readonly k: 'a'; readonly t: EpochMilliseconds; readonly x: EpochSeconds }
  | UnknownRecord

/** Of a kind that this version doesn't know: it counts in the sequence and the chain, and denies nothing. */
export interface UnknownRecord {
  readonly n: number
  readonly k: undefined
}

const kinds = 'sjkucra'
const timedKinds = 'ucra'
const hashed = /^[\w-]{22}$/

/** Parses a record's line; undefined when it is none. */
export function parseRecord(line: string): FeedRecord | undefined {
  const members = parseJsonObject(Buffer.from(line))
  if (members === undefined || !isNumber(members.n) || members.n < 1) return undefined
  const { n, k, i, t, x } = members
  if (typeof k !== 'string' || k === '') return undefined
  if (k.length !== 1 || !kinds.includes(k)) return { n, k: undefined }
  const isComplete =
    isNumber(x) && (k === 'a' || (typeof i === 'string' && hashed.test(i))) && (!timedKinds.includes(k) || isNumber(t))
  return isComplete ? (members as unknown as FeedRecord) : undefined
}

function isNumber(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
