import type { EpochMilliseconds } from '../claims/access-token-claims.ts'
import { DenySet } from './deny-set.ts'
import { emptyChain, extendChain } from './extend-chain.ts'
import { type FeedRecord, parseRecord } from './parse-record.ts'
import type { Heartbeat } from './verify-heartbeat.ts'

/** One request and what came upon it: its heartbeats are dated by when it was sent. */
export interface Exchange {
  /** Monotonic milliseconds. */
  askedAt: number
  /** What the first heartbeat said; undefined before it. */
  firstIat: number | undefined
  /** What the request carried, for the first heartbeat to sign: without it somebody between could hand in an older one. */
  readonly nonce: string | undefined
}

export type AppliedLine =
  | { readonly outcome: 'applied'; readonly record: FeedRecord }
  | { readonly outcome: 'old' | 'gap' | 'malformed' }

/** What a heartbeat tells. One that came before, or is not of this time, proves nothing. */
export type Proof = 'proved' | 'gap' | 'rewound' | 'altered' | 'old' | 'untimely'

/** A day, the longest life of a token, and what a record of a key outlives it by. */
const longestRecordSeconds = 8 * 86_400
const longestAheadMs = 3_600_000

function isOfThisTime(record: FeedRecord, now: EpochMilliseconds): boolean {
  if (record.k === undefined) return true
  const isSoonForgotten = record.x <= now / 1000 + longestRecordSeconds
  return isSoonForgotten && (!('t' in record) || record.t <= now + longestAheadMs)
}

/** Give or take: the leeway of 15 s and 5 s more. */
const maxClockDifferenceSeconds = 20

/** A copy of the feed: how far it has come, its records, and up to which moment they are proved complete. */
export class FeedReplica {
  readonly denySet: DenySet = new DenySet()
  #feedId: string | undefined
  #sequence = 0
  #chain: Uint8Array = emptyChain
  #lastIat = 0
  #provedUntil: number | undefined

  /** The newest record that was applied. */
  get sequence(): number {
    return this.#sequence
  }

  /** By the monotonic clock; undefined before the first proof. */
  get provedUntil(): number | undefined {
    return this.#provedUntil
  }

  /** `now` by the own clock: a record that would deny for years, or tokens of days to come, is nobody's. */
  apply(line: string, now: EpochMilliseconds): AppliedLine {
    const record = parseRecord(line)
    if (record === undefined || !isOfThisTime(record, now)) return { outcome: 'malformed' }
    if (record.n <= this.#sequence) return { outcome: 'old' }
    if (record.n > this.#sequence + 1) return { outcome: 'gap' }
    this.denySet.apply(record)
    this.#sequence = record.n
    this.#chain = extendChain(this.#chain, line)
    return { outcome: 'applied', record }
  }

  /** Compares itself with a heartbeat that was verified, and which arrived at `arrivedAt` (monotonic). */
  prove(heartbeat: Heartbeat, exchange: Exchange, arrivedAt: number, now: EpochMilliseconds): Proof {
    const { fid, seq, h, iat } = heartbeat
    const isBound = exchange.firstIat !== undefined || heartbeat.nonce === exchange.nonce
    if (!isBound) return 'old'
    const isTimely = Math.abs(iat - now / 1000) <= maxClockDifferenceSeconds
    // Also of an instance whose clock is a little behind that of the one before: what dates the heartbeats after it.
    if (isTimely) exchange.firstIat ??= iat
    if (iat <= this.#lastIat) return 'old'
    if (!isTimely) return 'untimely'
    this.#lastIat = iat
    this.#feedId ??= fid
    if (this.isRewoundBy(heartbeat)) return 'rewound'
    if (seq > this.#sequence) return 'gap'
    if (!h.equals(this.#chain)) return 'altered'
    this.#moveProof(exchange, iat, arrivedAt)
    return 'proved'
  }

  /** Whether this is of another history than the own one, or of an earlier part of it. */
  isRewoundBy({ fid, seq }: Heartbeat): boolean {
    return this.#feedId !== undefined && (fid !== this.#feedId || seq < this.#sequence)
  }

  /** Takes whatever comes next for its history. The records stay. */
  leaveHistory(): void {
    this.#feedId = undefined
  }

  /** Goes on from a snapshot whose records were added to the deny set. It proves nothing yet: the next heartbeat does. */
  continueFrom({ fid, seq, h }: Heartbeat): void {
    this.#feedId = fid
    this.#sequence = seq
    this.#chain = h
  }

  /** Forgets by the server's clock too, so that setting the own one forth for a while loses nothing. */
  forget(now: EpochMilliseconds): void {
    this.denySet.forget(Math.min(now / 1000, this.#lastIat))
  }

  /** Takes an earlier proof over, such as that of a file. */
  assumeProof(provedUntil: number): void {
    this.#provedUntil ??= provedUntil
  }

  #moveProof(exchange: Exchange, iat: number, arrivedAt: number): void {
    const firstIat = exchange.firstIat ?? iat
    const provedUntil = exchange.askedAt + (iat - firstIat) * 1000
    if (provedUntil > arrivedAt) {
      // The server's clock was set, or runs faster than ours.
      exchange.askedAt = arrivedAt
      exchange.firstIat = iat
    }
    const bounded = Math.min(provedUntil, arrivedAt)
    if (this.#provedUntil === undefined || bounded > this.#provedUntil) this.#provedUntil = bounded
  }
}
