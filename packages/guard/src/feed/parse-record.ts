import { isJsonObject } from '../jws/parse-json-object.ts'

/** One record, as its line tells it: docs/reference/revocation-feed.md, "Records". */
export interface FeedRecord {
  readonly sequence: number
  /** `s`, `j`, `u`, `c`, `a`, `r`, `k`, or one that this version doesn't know. */
  readonly kind: string
  /** The truncated hash of an identifier; empty for `a`. */
  readonly hash: string
  /** Tokens issued at or before it are concerned, in milliseconds; infinite for kinds without a moment. */
  readonly moment: number
  /** Seconds since 1970. */
  readonly forgetAt: number
}

/** Parses one line; undefined when it is no record. */
export function parseRecord(line: string): FeedRecord | undefined {
  const value = parseJson(line)
  if (!isJsonObject(value)) return undefined
  const { n, k, i = '', t = Number.POSITIVE_INFINITY, x } = value
  if (typeof n !== 'number' || !Number.isSafeInteger(n) || n < 1) return undefined
  if (typeof k !== 'string' || typeof i !== 'string' || typeof t !== 'number' || typeof x !== 'number') return undefined
  return { sequence: n, kind: k, hash: i, moment: t, forgetAt: x }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
