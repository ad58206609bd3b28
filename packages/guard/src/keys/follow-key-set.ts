import type { KeysState } from '../guard.ts'
import type { GuardEvent } from '../guard-event.ts'
import type { Algorithm } from '../jws/algorithm.ts'
import type { KeySet } from '../jws/key-set.ts'
import { describeError } from './describe-error.ts'
import { discoverMetadata } from './discover-metadata.ts'
import { type Fetching, fetchJson } from './fetch-json.ts'
import { importKeySet } from './import-key-set.ts'
import type { KeySource } from './key-source.ts'

export interface KeySetToFollow {
  readonly issuer: string
  readonly algorithms: readonly Algorithm[]
  readonly fetch: typeof globalThis.fetch
  readonly log: (event: GuardEvent) => void
  /** Called when other keys are valid than before: whatever they verified is to be verified again. */
  readonly changed: () => void
  /** Milliseconds of a clock that nobody sets: setting the wall clock back must not keep a removed key. */
  readonly monotonic: () => number
}

/** How long a key set is fresh, whatever the issuer says: a removed key is gone after at most the second, plus one fetch. */
const minLifetimeMs = 30_000
const maxLifetimeMs = 3_600_000
const defaultLifetimeMs = 300_000
/** When, of the lifetime, it is fetched again in the background. */
const refreshShare = 0.8
/** How long keys are used that can't be confirmed any more. */
const staleMs = 3_600_000
/** Between fetches for the sake of a kid that isn't known. */
const seekPauseMs = 10_000
const unknownKidMs = 60_000
const maxUnknownKids = 1_000
/** After failures: doubled each time, give or take a quarter. */
const firstPauseMs = 250
const longestPauseMs = 30_000

/** Follows the key set of an issuer, starting at once. One fetch at a time; after the first, only when a request needs it. */
export function followKeySet(options: KeySetToFollow): KeySource {
  return new FollowedKeySet(options)
}

class FollowedKeySet implements KeySource {
  readonly #options: KeySetToFollow
  readonly #closing = new AbortController()
  readonly #unknownKids: Map<string, number> = new Map()
  #keySet: KeySet | undefined
  #jwksUri: string | undefined
  #etag: string | undefined
  #text: string | undefined
  #confirmedAt = 0
  #lifetimeMs = 0
  #refreshAt = 0
  #attemptedAt = Number.NEGATIVE_INFINITY
  #failures = 0
  #pauseUntil = 0
  #lastError: string | undefined
  #underway: Promise<void> | undefined

  constructor(options: KeySetToFollow) {
    this.#options = options
    // At once, so that the first request doesn't wait. A failure is in the state and the log.
    void this.#refresh()
  }

  current(): KeySet | undefined {
    const now = this.#options.monotonic()
    return now < this.#refreshAt ? this.#keySet : this.#overdue(now)
  }

  async obtain(): Promise<KeySet | undefined> {
    if (this.#underway !== undefined || this.#mayFetch()) await this.#refresh()
    return this.#usable()
  }

  seek(kid: string): Promise<KeySet | undefined> | undefined {
    const now = this.#options.monotonic()
    if (this.#underway !== undefined) return this.#underway.then(() => this.#usable())
    if (!this.#mayFetch() || now < this.#attemptedAt + seekPauseMs) return undefined
    if (now < (this.#unknownKids.get(kid) ?? 0)) return undefined
    this.#jwksUri = undefined
    return this.#refresh().then(() => {
      if (this.#failures === 0 && this.#keySet?.byKid.has(kid) !== true) this.#rememberUnknown(kid)
      return this.#usable()
    })
  }

  async renew(): Promise<void> {
    // What is under way may have been answered before.
    await this.#underway
    if (!this.#closing.signal.aborted) await this.#refresh()
  }

  retrySeconds(): number | undefined {
    if (this.#lastError === undefined) return undefined
    return Math.max(1, (this.#pauseUntil - this.#options.monotonic()) / 1000)
  }

  state(): KeysState {
    const keySet = this.#keySet
    return {
      count: keySet?.keys.length ?? 0,
      ageSeconds: keySet && (this.#options.monotonic() - this.#confirmedAt) / 1000,
      lastError: this.#lastError,
    }
  }

  close(): void {
    this.#closing.abort()
  }

  /** The keys while they may be used, fresh or not. A set without keys can't check anything. */
  #usable(): KeySet | undefined {
    const bound = this.#confirmedAt + this.#lifetimeMs + staleMs
    return this.#options.monotonic() < bound && this.#keySet?.keys.length !== 0 ? this.#keySet : undefined
  }

  #overdue(now: number): KeySet | undefined {
    const usable = this.#usable()
    if (usable === undefined || !this.#mayFetch()) return usable
    // After an idle time nobody knows whether the keys still stand: ask first. While fetching fails, don't make callers wait.
    const isPastLifetime = now >= this.#confirmedAt + this.#lifetimeMs
    if (isPastLifetime && this.#failures === 0) return undefined
    void this.#refresh()
    return usable
  }

  #mayFetch(): boolean {
    return !this.#closing.signal.aborted && this.#options.monotonic() >= this.#pauseUntil
  }

  #refresh(): Promise<void> {
    this.#underway ??= this.#fetch().finally(() => {
      this.#underway = undefined
    })
    return this.#underway
  }

  async #fetch(): Promise<void> {
    this.#attemptedAt = this.#options.monotonic()
    try {
      await this.#fetchKeySet({ fetch: this.#options.fetch, signal: this.#closing.signal })
      this.#failures = 0
      this.#lastError = undefined
    } catch (error) {
      this.#recordFailure(describeError(error))
    }
  }

  async #fetchKeySet(fetching: Fetching): Promise<void> {
    const { issuer, algorithms, changed, log, monotonic } = this.#options
    const askedAt = monotonic()
    this.#jwksUri ??= (await discoverMetadata(issuer, fetching)).jwks_uri
    const { document, etag, maxAgeSeconds } = await fetchJson(this.#jwksUri, fetching, this.#etag)
    const text = document === undefined ? this.#text : JSON.stringify(document)
    if (text !== this.#text) {
      const { keySet, ignored } = importKeySet(document, algorithms)
      this.#keySet = keySet
      this.#text = text
      changed()
      log({ type: 'keys_fetched', count: keySet.keys.length, ignored })
    }
    this.#etag = etag
    // Keys that were taken back are gone even when no others took their place; but then nothing can be checked.
    if (this.#keySet?.keys.length === 0) throw new Error(`${this.#jwksUri} holds no key to use`)
    const toldMs = maxAgeSeconds === undefined ? defaultLifetimeMs : maxAgeSeconds * 1000
    this.#lifetimeMs = Math.min(maxLifetimeMs, Math.max(minLifetimeMs, toldMs))
    this.#confirmedAt = askedAt
    this.#refreshAt = askedAt + this.#lifetimeMs * refreshShare
  }

  #recordFailure(sentence: string): void {
    if (this.#closing.signal.aborted) return
    this.#failures += 1
    this.#lastError = sentence
    // The issuer may have moved its keys.
    this.#jwksUri = undefined
    this.#etag = undefined
    const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** (this.#failures - 1)) * (0.75 + Math.random() / 2)
    this.#pauseUntil = this.#options.monotonic() + pauseMs
    this.#options.log({ type: 'keys_failed', sentence, retrySeconds: pauseMs / 1000 })
  }

  #rememberUnknown(kid: string): void {
    if (this.#unknownKids.size >= maxUnknownKids) this.#unknownKids.clear()
    this.#unknownKids.set(kid, this.#options.monotonic() + unknownKidMs)
  }
}
