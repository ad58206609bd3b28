import type { EpochMilliseconds, EpochSeconds } from '../claims/access-token-claims.ts'
import type { FeedRecord } from './parse-record.ts'

/** What a token is answered that a record concerns. */
export type Denial = 'token_revoked' | 'refresh_required'

/** What records may concern of one token: hashes are made when the set asks for them, and not before. */
export interface DeniableToken {
  hashOf(kind: IdentifiedKind): string | undefined
  readonly issuedAt: EpochMilliseconds
}

export type IdentifiedKind = 's' | 'j' | 'u' | 'c' | 'r' | 'k'

interface Moment {
  readonly t: EpochMilliseconds
  readonly x: EpochSeconds
}

/** So many seconds' records are forgotten together: looking at each of them every second would cost more than they do. */
const bucketSeconds = 60
const always = Number.POSITIVE_INFINITY
const revokingKinds: readonly IdentifiedKind[] = ['s', 'j', 'u', 'c', 'k']

/** The records that are not forgotten yet. It only grows, but by the clock: whatever becomes of the feed, adding is always safe. */
export class DenySet {
  readonly #kinds: Readonly<Record<IdentifiedKind | 'a', Map<string, readonly Moment[]>>> = {
    s: new Map(),
    j: new Map(),
    u: new Map(),
    c: new Map(),
    r: new Map(),
    k: new Map(),
    a: new Map(),
  }
  readonly #buckets: Map<number, [kind: IdentifiedKind | 'a', hash: string][]> = new Map()
  #size = 0
  /** Another one after each record: who asked before has to ask again. */
  version = 0

  get size(): number {
    return this.#size
  }

  apply(record: FeedRecord): void {
    if (record.k === undefined) return
    const { k, x } = record
    const hash = k === 'a' ? '' : record.i
    const moment = { t: 't' in record && k !== 's' && k !== 'j' && k !== 'k' ? record.t : always, x }
    const others = this.#kinds[k].get(hash) ?? []
    if (others.some((other) => other.t >= moment.t && other.x >= x)) return
    // Each is kept until its own time, unless one says more for longer.
    const kept = others.filter((other) => other.t > moment.t || other.x > x)
    this.#kinds[k].set(hash, [...kept, moment])
    this.#size += kept.length + 1 - others.length
    this.#schedule(k, hash, x)
    this.version += 1
  }

  /** What the token is answered; undefined when no record concerns it. */
  find(token: DeniableToken): Denial | undefined {
    if (this.#isDenied('a', '', token.issuedAt)) return 'token_revoked'
    if (revokingKinds.some((kind) => this.#concerns(kind, token))) return 'token_revoked'
    return this.#concerns('r', token) ? 'refresh_required' : undefined
  }

  /** Whether the signing key was said to be compromised. */
  hasKey(hash: string): boolean {
    return this.#kinds.k.has(hash)
  }

  /** Removes records whose time has passed, and no other. */
  forget(now: EpochSeconds): void {
    for (const [bucket, entries] of this.#buckets) {
      if ((bucket + 1) * bucketSeconds > now) continue
      this.#buckets.delete(bucket)
      for (const [kind, hash] of entries) this.#forgetOne(kind, hash, now)
    }
  }

  #concerns(kind: IdentifiedKind, token: DeniableToken): boolean {
    if (this.#kinds[kind].size === 0) return false
    const hash = token.hashOf(kind)
    return hash !== undefined && this.#isDenied(kind, hash, token.issuedAt)
  }

  #isDenied(kind: IdentifiedKind | 'a', hash: string, issuedAt: EpochMilliseconds): boolean {
    return this.#kinds[kind].get(hash)?.some(({ t }) => issuedAt <= t) ?? false
  }

  #schedule(kind: IdentifiedKind | 'a', hash: string, x: EpochSeconds): void {
    const bucket = Math.floor(x / bucketSeconds)
    const entries = this.#buckets.get(bucket)
    if (entries === undefined) this.#buckets.set(bucket, [[kind, hash]])
    else entries.push([kind, hash])
  }

  #forgetOne(kind: IdentifiedKind | 'a', hash: string, now: EpochSeconds): void {
    const moments = this.#kinds[kind].get(hash)
    if (moments === undefined) return
    const left = moments.filter(({ x }) => x >= now)
    this.#size -= moments.length - left.length
    if (left.length === 0) this.#kinds[kind].delete(hash)
    else this.#kinds[kind].set(hash, left)
  }
}
