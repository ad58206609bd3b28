import { setTimeout as pause } from 'node:timers/promises'
import type { FeedState } from '../guard.ts'
import { describeError } from '../keys/describe-error.ts'
import { Acknowledger } from './acknowledge-feed.ts'
import type { Denial } from './deny-set.ts'
import { discoverFeed, type FeedEndpoints } from './discover-feed.ts'
import { FeedCopy } from './feed-copy.ts'
import { FeedRequests } from './feed-requests.ts'
import type { AskedToken, FeedAnswer, FeedSource } from './feed-source.ts'
import type { FeedToFollow } from './feed-to-follow.ts'
import { introspectToken } from './introspect-token.ts'
import { loadSnapshot, saveSnapshot } from './keep-snapshot.ts'
import { FeedPoller } from './poll-feed.ts'
import { BufferedStreamError, FullFeedError, streamFeed } from './stream-feed.ts'
import { toDeniableToken } from './to-deniable-token.ts'
import { AuditWatch } from './watch-audit.ts'

/** How old the proof may be: docs/reference/revocation-feed.md, "How fresh". */
const liveMs = 3_000
const staleMs = 60_000
/** How long requests wait for the first proof, from the start on. */
const coldStartMs = 5_000
const firstPauseMs = 50
const longestPauseMs = 2_000
const watchMs = 250
const saveMs = 20_000
const longPollSeconds = 2

/** Follows the feed, starting at once, until it is closed. */
export function followFeed(feed: FeedToFollow): FeedSource {
  return new FollowedFeed(feed)
}

class FollowedFeed implements FeedSource {
  readonly #feed: FeedToFollow
  readonly #closing = new AbortController()
  readonly #requests: FeedRequests
  readonly #copy: FeedCopy
  readonly #audit: AuditWatch
  readonly #poller: FeedPoller
  readonly #acknowledger: Acknowledger | undefined
  readonly #startedAt: number
  readonly #freshMs: number
  readonly #firstProof: PromiseWithResolvers<void> = Promise.withResolvers()
  readonly #discovered: Promise<void>
  readonly #watch: NodeJS.Timeout
  #endpoints: FeedEndpoints | undefined
  #attempts = 0
  #failures = 0
  #savedAt = Number.NEGATIVE_INFINITY
  #told: FeedState['state'] = 'starting'
  #lastError: string | undefined

  constructor(feed: FeedToFollow) {
    const { settings, fetch, monotonic } = feed
    this.#feed = feed
    this.#startedAt = monotonic()
    this.#freshMs = settings.mode === 'poll' ? settings.pollSeconds * 1000 : liveMs
    this.#requests = new FeedRequests(fetch, this.#closing.signal, settings.credential)
    this.#copy = new FeedCopy(feed, this.#requests, (checkpoint) => this.#noticeProof(checkpoint))
    this.#audit = new AuditWatch(feed, this.#requests)
    this.#poller = new FeedPoller(
      this.#copy,
      () => this.#url(),
      monotonic,
      (error) => {
        // Another one next time, if there are several.
        this.#attempts += 1
        this.#noticeFailure(error)
      },
    )
    if (settings.credential !== undefined) {
      this.#acknowledger = new Acknowledger(this.#requests, this.#audit, settings.name)
    }
    this.#watch = setInterval(() => this.#look(), watchMs).unref()
    this.#discovered = this.#start()
  }

  ask(token: AskedToken, isStrict: boolean): FeedAnswer | Promise<FeedAnswer> {
    const denial = this.findDenial(token)
    // However rarely the log is asked: a strict route wants the last seconds.
    const freshMs = isStrict ? Math.min(this.#freshMs, liveMs) : this.#freshMs
    // What is revoked stays so, however old the records are.
    if (denial !== undefined || this.#ageMs() <= freshMs || this.#isAbsent()) return denial
    return this.#askLate(token, isStrict)
  }

  findDenial(token: AskedToken): Denial | undefined {
    const { denySet } = this.#copy.replica
    if (token.askedVersion === denySet.version) return token.denial
    token.deniable ??= toDeniableToken(token.claims, token.kid)
    token.denial = denySet.find(token.deniable)
    token.askedVersion = denySet.version
    return token.denial
  }

  state(): FeedState {
    const ageMs = this.#ageMs()
    return {
      state: this.#name(ageMs),
      sequence: this.#copy.replica.sequence,
      records: this.#copy.replica.denySet.size,
      ageSeconds: Number.isFinite(ageMs) ? ageMs / 1000 : undefined,
      lastError: this.#lastError,
      audit: this.#audit.memory,
    }
  }

  close(): void {
    clearInterval(this.#watch)
    this.#closing.abort()
    this.#firstProof.resolve()
  }

  /** Waits for what may make the answer sure, and gives it then. */
  async #askLate(token: AskedToken, isStrict: boolean): Promise<FeedAnswer> {
    const { settings } = this.#feed
    if (settings.mode === 'poll') await this.#pollOnce()
    else if (this.#name() === 'starting' && settings.coldStart !== 'accept') await this.#waitForProof()
    const denial = this.findDenial(token)
    if (denial !== undefined) return denial
    const state = this.#name()
    if (state === 'live' || state === 'absent' || (!isStrict && this.#isServed(state))) return undefined
    const { onDark, credential } = settings
    if (onDark !== 'introspect' || credential === undefined) return 'feed_unavailable'
    return introspectToken(this.#endpoints?.introspection, token.text, this.#requests)
  }

  /** Whether routes that aren't strict are served in this state. */
  #isServed(state: FeedState['state']): boolean {
    const { coldStart, onDark } = this.#feed.settings
    if (state === 'stale') return true
    if (state === 'starting') return coldStart === 'accept'
    return onDark === 'accept-until-expiry'
  }

  async #pollOnce(): Promise<void> {
    await Promise.race([this.#discovered, pause(coldStartMs, undefined, { ref: false })])
    if (this.#endpoints !== undefined && !this.#isAbsent()) await this.#poller.poll()
  }

  async #waitForProof(): Promise<void> {
    const leftMs = this.#startedAt + coldStartMs - this.#feed.monotonic()
    if (leftMs > 0) await Promise.race([this.#firstProof.promise, pause(leftMs, undefined, { ref: false })])
  }

  #ageMs(): number {
    const { provedUntil } = this.#copy.replica
    return provedUntil === undefined ? Number.POSITIVE_INFINITY : this.#feed.monotonic() - provedUntil
  }

  #isAbsent(): boolean {
    return this.#endpoints?.urls.length === 0
  }

  #name(ageMs: number = this.#ageMs()): FeedState['state'] {
    if (this.#isAbsent()) return 'absent'
    if (ageMs <= liveMs) return 'live'
    if (ageMs <= staleMs) return 'stale'
    const isStarting = ageMs === Number.POSITIVE_INFINITY && this.#feed.monotonic() - this.#startedAt <= staleMs
    return isStarting ? 'starting' : 'dark'
  }

  #url(): string {
    const urls = this.#endpoints?.urls ?? []
    return urls[this.#attempts % urls.length] ?? ''
  }

  async #start(): Promise<void> {
    if (this.#feed.settings.coldStart === 'file') await this.#loadFile()
    await this.#discover()
    if (this.#isAbsent()) {
      clearInterval(this.#watch)
      this.#feed.log({ type: 'feed_absent' })
      this.#firstProof.resolve()
    } else if (this.#feed.settings.mode === 'stream') void this.#follow()
  }

  async #loadFile(): Promise<void> {
    const { clock, monotonic, settings } = this.#feed
    try {
      const ageSeconds = await loadSnapshot(settings.file ?? '', this.#copy, clock())
      this.#copy.replica.assumeProof(monotonic() - ageSeconds * 1000)
      this.#firstProof.resolve()
    } catch (error) {
      this.#noticeFailure(error)
    }
  }

  async #discover(): Promise<void> {
    const fetching = { fetch: this.#feed.fetch, signal: this.#closing.signal }
    while (!this.#closing.signal.aborted) {
      try {
        this.#endpoints = await discoverFeed(this.#feed.issuer, this.#feed.settings, fetching)
        return
      } catch (error) {
        this.#noticeFailure(error)
        await this.#pause()
      }
    }
  }

  async #follow(): Promise<void> {
    let isHeldBack = false
    while (!this.#closing.signal.aborted) {
      try {
        if (isHeldBack) await this.#pollLong()
        else await streamFeed(this.#url(), this.#copy, this.#requests, this.#feed.monotonic)
      } catch (error) {
        isHeldBack = error instanceof BufferedStreamError
        this.#noticeFailure(error)
        if (error instanceof FullFeedError) await this.#pollForAWhile()
        // The same instance again, when all that is wrong is what stands before it.
        if (!isHeldBack) this.#attempts += 1
      }
      await this.#pause()
    }
  }

  /** Asks the log without waiting, which needs no place at the server, before a stream is tried again. */
  async #pollForAWhile(): Promise<void> {
    const url = this.#url()
    try {
      for (let asked = 0; asked < 20 && !this.#closing.signal.aborted; asked += 1) {
        await this.#copy.readLog(url)
        await pause(1_000 + Math.random() * 500, undefined, { ref: false, signal: this.#closing.signal })
      }
    } catch (error) {
      this.#noticeFailure(error)
    }
  }

  /** Long polls, dated by a first request that didn't wait, until one fails. */
  async #pollLong(): Promise<never> {
    const url = this.#url()
    const exchange = this.#copy.startExchange()
    await this.#copy.readLog(url, exchange)
    for (;;) {
      await this.#copy.readLog(url, exchange, longPollSeconds)
      // Something on the way may not let it wait either.
      await this.#pause()
    }
  }

  /** Between attempts: doubled after each failure, and never the same for all guards. */
  async #pause(): Promise<void> {
    const longestMs = Math.min(longestPauseMs, firstPauseMs * 2 ** this.#failures)
    const waitMs = firstPauseMs + Math.random() * (longestMs - firstPauseMs)
    await pause(waitMs, undefined, { ref: false, signal: this.#closing.signal }).catch(() => {})
  }

  #noticeProof(checkpoint: unknown): void {
    this.#failures = 0
    this.#lastError = undefined
    this.#firstProof.resolve()
    const { sequence } = this.#copy.replica
    void this.#audit.notice(this.#url(), checkpoint)
    this.#acknowledger?.acknowledge(this.#url(), sequence, this.#feed.monotonic())
    this.#look()
  }

  #noticeFailure(error: unknown): void {
    if (this.#closing.signal.aborted) return
    this.#failures += 1
    this.#lastError = describeError(error)
    this.#feed.log({ type: 'feed_failed', sentence: this.#lastError })
  }

  /** Forgets what may be forgotten, and tells the log when the state is another one than before. */
  #look(): void {
    const { clock, log, monotonic, settings } = this.#feed
    this.#copy.replica.forget(clock())
    const state = this.#name()
    if (state !== this.#told) {
      this.#told = state
      if (state === 'live' || state === 'stale' || state === 'dark') log({ type: `feed_${state}` })
    }
    if (settings.file === undefined || state !== 'live' || monotonic() < this.#savedAt + saveMs) return
    this.#savedAt = monotonic()
    saveSnapshot(settings.file, this.#url(), this.#requests).catch((error: unknown) => this.#noticeFailure(error))
  }
}
