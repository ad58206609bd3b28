import type { EpochMilliseconds, EpochSeconds } from '../claims/access-token-claims.ts'
import { ForgetSchedule } from './forget-schedule.ts'
import type { FeedRecord } from './parse-record.ts'

/** What a token is answered that a record concerns. */
export type Denial = 'token_revoked' | 'refresh_required'

/** What records may concern of one token: hashes are made when the set asks for them, and not before. */
export interface DeniableToken {
  hashOf(kind: IdentifiedKind): string | undefined
  readonly issuedAt: EpochMilliseconds
}

/** A session, a token and a key are revoked for good. */
type FinalKind = 's' | 'j' | 'k'
/** Of everything, an account, a client and the claims of a session or an account only the tokens up to a moment are. */
type TimedKind = 'a' | 'u' | 'c' | 'r'
export type IdentifiedKind = Exclude<FinalKind | TimedKind, 'a'>

interface Moment {
  readonly t: EpochMilliseconds
  readonly x: EpochSeconds
}

const finalKinds: readonly FinalKind[] = ['s', 'j', 'k']
const timedRevokingKinds: readonly ('u' | 'c')[] = ['u', 'c']

/**
 * The records that are not forgotten yet. It only grows, but by the clock: whatever becomes of the feed, adding is always safe.
 *
 * Most records are final, so that these cost no more than a hash and a number each.
 */
export class DenySet {
  readonly #final: Readonly<Record<FinalKind, Map<string, EpochSeconds>>> = { s: new Map(), j: new Map(), k: new Map() }
  readonly #timed: Readonly<Record<TimedKind, Map<string, readonly Moment[]>>> = {
    a: new Map(),
    u: new Map(),
    c: new Map(),
    r: new Map(),
  }
  readonly #schedule = new ForgetSchedule<FinalKind | TimedKind>()
  #size = 0
  /** Another one after each record: who asked before has to ask again. */
  version = 0

  get size(): number {
    return this.#size
  }

  apply(record: FeedRecord): void {
    if (record.k === undefined) return
    const hash = record.k === 'a' ? '' : record.i
    const added = this.#add(record, hash)
    if (added === undefined) return
    this.#size += added
    this.#schedule.add(record.k, hash, record.x)
    this.version += 1
  }

  /** What the token is answered; undefined when no record concerns it. */
  find(token: DeniableToken): Denial | undefined {
    if (this.#isBefore('a', '', token.issuedAt)) return 'token_revoked'
    if (finalKinds.some((kind) => this.#isRevoked(kind, token))) return 'token_revoked'
    if (timedRevokingKinds.some((kind) => this.#concerns(kind, token))) return 'token_revoked'
    // Claims are outdated by session, or by account.
    return this.#concerns('r', token) || this.#concerns('r', token, 'u') ? 'refresh_required' : undefined
  }

  /** Whether the signing key was said to be compromised. */
  hasKey(hash: string): boolean {
    return this.#final.k.has(hash)
  }

  /** Removes records whose time has passed, and no other. */
  forget(now: EpochSeconds): void {
    for (const [kind, hashes] of this.#schedule.takeDue(now)) {
      for (const hash of hashes)
        this.#size -= isFinal(kind) ? this.#forgetFinal(kind, hash, now) : this.#forgetMoments(kind, hash, now)
    }
  }

  /** How many more records there are; undefined when it says nothing new. */
  #add(record: IdentifiedRecord, hash: string): number | undefined {
    return isTimed(record) ? this.#addMoment(record.k, hash, record) : this.#addFinal(record.k, hash, record.x)
  }

  #addFinal(kind: FinalKind, hash: string, x: EpochSeconds): number | undefined {
    const known = this.#final[kind].get(hash)
    if (known !== undefined && known >= x) return undefined
    this.#final[kind].set(hash, x)
    return known === undefined ? 1 : 0
  }

  #addMoment(kind: TimedKind, hash: string, { t, x }: Moment): number | undefined {
    const others = this.#timed[kind].get(hash) ?? []
    if (others.some((other) => other.t >= t && other.x >= x)) return undefined
    // Each is kept until its own time, unless one says more for longer.
    const kept = others.filter((other) => other.t > t || other.x > x)
    this.#timed[kind].set(hash, [...kept, { t, x }])
    return kept.length + 1 - others.length
  }

  #isRevoked(kind: FinalKind, token: DeniableToken): boolean {
    if (this.#final[kind].size === 0) return false
    const hash = token.hashOf(kind)
    return hash !== undefined && this.#final[kind].has(hash)
  }

  #concerns(kind: Exclude<TimedKind, 'a'>, token: DeniableToken, identifiedAs: IdentifiedKind = kind): boolean {
    if (this.#timed[kind].size === 0) return false
    const hash = token.hashOf(identifiedAs)
    return hash !== undefined && this.#isBefore(kind, hash, token.issuedAt)
  }

  #isBefore(kind: TimedKind, hash: string, issuedAt: EpochMilliseconds): boolean {
    return this.#timed[kind].get(hash)?.some(({ t }) => issuedAt <= t) ?? false
  }

  /** How many records are gone. */
  #forgetFinal(kind: FinalKind, hash: string, now: EpochSeconds): number {
    const x = this.#final[kind].get(hash)
    if (x === undefined || x >= now) return 0
    this.#final[kind].delete(hash)
    return 1
  }

  #forgetMoments(kind: TimedKind, hash: string, now: EpochSeconds): number {
    const moments = this.#timed[kind].get(hash) ?? []
    const left = moments.filter(({ x }) => x >= now)
    if (left.length === 0) this.#timed[kind].delete(hash)
    else this.#timed[kind].set(hash, left)
    return moments.length - left.length
  }
}

type IdentifiedRecord = Exclude<FeedRecord, { k: undefined }>

/** By its kind, since a record may have members that its kind doesn't know. */
function isTimed(record: IdentifiedRecord): record is Extract<IdentifiedRecord, { t: EpochMilliseconds }> {
  return !isFinal(record.k)
}

function isFinal(kind: FinalKind | TimedKind): kind is FinalKind {
  return finalKinds.some((final) => final === kind)
}
