import type { EpochMilliseconds } from '../claims/access-token-claims.ts'
import type { FeedState } from '../guard.ts'
import type { GuardEvent } from '../guard-event.ts'
import type { FeedOptions } from '../guard-options.ts'
import type { KeySet } from '../jws/key-set.ts'
import { describeError } from '../keys/describe-error.ts'
import { discoverEndpoint } from '../keys/discover-endpoint.ts'
import type { KeySource } from '../keys/key-source.ts'
import type { Denial, RevocationSource } from '../revocation-source.ts'
import type { VerifiedToken } from '../to-verified-token.ts'
import { FeedProof } from './feed-proof.ts'
import { FeedReplica } from './feed-replica.ts'
import { fetchLog, fetchSnapshot, forgotten, openStream } from './fetch-feed.ts'
import { type FeedRecord, parseRecord } from './parse-record.ts'
import { readEvents } from './read-events.ts'
import { type PositionType, type SignedPosition, verifyPosition } from './verify-position.ts'

export interface FeedToFollow extends FeedOptions {
  readonly issuer: string
  /** Whether the guard refuses when the issuer has no feed. */
  readonly isRequired: boolean
  readonly leewaySeconds: number
  readonly fetch: typeof globalThis.fetch
  readonly log: (event: GuardEvent) => void
  readonly clock: () => EpochMilliseconds
  /** Milliseconds of a clock that nobody sets. */
  readonly monotonic: () => number
  /** The issuer's keys for heartbeats, of every asymmetric algorithm. It is this feed's alone. */
  readonly keys: KeySource
  /** A signing key is compromised: the guard's own copy of the keys must be renewed too. */
  readonly keyCompromised: () => void
}

const liveMs = 3_000
const staleMs = 60_000
const coldStartMs = 5_000
/** A stream without a heartbeat for so long is opened anew. */
const silentMs = 3_000
/** How long the log or the snapshot may take. */
const fetchMs = 30_000
const checkEveryMs = 500
const firstPauseMs = 50
const longestPauseMs = 2_000
/** Beyond the clocks' leeway: how long a heartbeat may have been under way. */
const wayMs = 5_000

/** Follows a feed, starting at once, until it is closed. */
export function followFeed(options: FeedToFollow): RevocationSource {
  return new FollowedFeed(options)
}

type Phase = FeedState['state']

class FollowedFeed implements RevocationSource {
  changed: (() => void) | undefined
  readonly #options: FeedToFollow
  readonly #closing = new AbortController()
  readonly #replica = new FeedReplica()
  readonly #proof = new FeedProof()
  readonly #timer: NodeJS.Timeout
  readonly #startedAt: number
  #starting: { readonly until: Promise<void>; readonly end: () => void } | undefined
  #isAbsent = false
  #toldPhase: Phase = 'starting'
  #lastError: string | undefined
  #lastSignedAt = 0
  #heardAt = 0
  #failures = 0
  #connection: AbortController | undefined

  constructor(options: FeedToFollow) {
    this.#options = options
    this.#startedAt = options.monotonic()
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#starting = { until: promise, end: resolve }
    this.#timer = setInterval(() => this.#look(), checkEveryMs)
    this.#timer.unref()
    void this.#follow()
  }

  awaited(): Promise<void> | undefined {
    return this.#options.coldStart === 'accept' ? undefined : this.#starting?.until
  }

  judge(token: VerifiedToken<unknown>, isStrict: boolean): Denial | undefined {
    const { denySet } = this.#replica
    if (token.clearedVersion !== denySet.version) {
      const denied = denySet.find(token.verified)
      if (denied !== undefined) return denied
      token.clearedVersion = denySet.version
    }
    const phase = this.#phase()
    if (phase === 'live') return undefined
    return this.#accepts(phase, isStrict) ? undefined : 'feed_unavailable'
  }

  state(): FeedState {
    const age = this.#proof.ageMilliseconds(this.#options.monotonic())
    return {
      state: this.#phase(),
      sequence: this.#replica.sequence,
      records: this.#replica.denySet.size,
      ageSeconds: age === undefined ? undefined : age / 1000,
      lastError: this.#lastError,
    }
  }

  close(): void {
    clearInterval(this.#timer)
    this.#closing.abort()
    this.#options.keys.close()
    this.#endStart()
  }

  #phase(): Phase {
    const age = this.#proof.ageMilliseconds(this.#options.monotonic())
    if (age === undefined) return this.#isAbsent ? 'absent' : 'starting'
    if (age <= liveMs) return 'live'
    return age <= staleMs ? 'stale' : 'dark'
  }

  #accepts(phase: Phase, isStrict: boolean): boolean {
    const { isRequired, onDark, coldStart } = this.#options
    if (phase === 'absent') return !isRequired
    if (isStrict) return false
    if (phase === 'starting') return coldStart === 'accept'
    return phase === 'stale' || onDark === 'accept-until-expiry'
  }

  /** Once in a while: tells a change of phase, forgets, and ends what is silent. */
  #look(): void {
    const { clock, monotonic } = this.#options
    const now = monotonic()
    this.#replica.denySet.forget(clock() / 1000)
    if (this.#connection !== undefined && now - this.#heardAt > silentMs) {
      this.#connection.abort(new Error('the stream was silent'))
    }
    if (now - this.#startedAt > coldStartMs) this.#endStart()
    this.#tellPhase()
  }

  #tellPhase(): void {
    const phase = this.#phase()
    if (phase === this.#toldPhase) return
    this.#toldPhase = phase
    if (phase === 'live') this.#options.log({ type: 'feed_live' })
    else if (phase === 'stale' || phase === 'dark') {
      this.#options.log({ type: `feed_${phase}`, sentence: this.#lastError ?? 'no heartbeat has come' })
    }
  }

  #endStart(): void {
    this.#starting?.end()
    this.#starting = undefined
  }

  async #follow(): Promise<void> {
    for (let turn = 0; !this.#closing.signal.aborted; turn += 1) {
      try {
        const urls = this.#options.urls ?? (await this.#discover())
        if (urls.length === 0) return this.#endWithoutFeed()
        await this.#followOne(urls[turn % urls.length] ?? '')
      } catch (error) {
        this.#recordFailure(error)
      }
      await this.#pause()
    }
  }

  async #discover(): Promise<readonly string[]> {
    const { issuer } = this.#options
    const url = await discoverEndpoint(issuer, 'revocation_feed_endpoint', this.#fetching())
    return url === undefined ? [] : [url]
  }

  #endWithoutFeed(): void {
    const sentence = `${this.#options.issuer} names no revocation_feed_endpoint`
    this.#isAbsent = true
    this.#lastError = this.#options.isRequired ? sentence : undefined
    this.#endStart()
    this.#options.log({ type: 'feed_absent', sentence })
  }

  /** Reads one stream to its end, which is an error or the server's wish. */
  async #followOne(url: string): Promise<void> {
    this.#connection = new AbortController()
    this.#heardAt = this.#options.monotonic()
    let askedAt: number | undefined = this.#options.monotonic()
    try {
      const stream = await openStream(url, this.#replica.sequence, this.#fetching(this.#connection.signal))
      if (stream === forgotten) return await this.#takeSnapshot(url)
      for await (const { name, data } of readEvents(stream)) {
        if (name === 'heartbeat') {
          await this.#hear(data, url, askedAt)
          askedAt = undefined
        } else if (name === '') await this.#apply(data, url)
      }
    } finally {
      this.#connection.abort()
      this.#connection = undefined
    }
  }

  async #apply(line: string, url: string): Promise<void> {
    const applied = this.#replica.apply(line)
    if (!applied.ok) return this.#fillGap(url)
    if (applied.record !== undefined) this.#noteRecord(applied.record)
  }

  #noteRecord({ kind }: FeedRecord): void {
    if (kind === 'k') this.#renewKeys()
    this.changed?.()
  }

  /** Copies of keys with a compromised one among them are fetched again, this feed's own first: it must hear the new key's heartbeats. */
  #renewKeys(): void {
    void this.#options.keys.renew()
    this.#options.keyCompromised()
  }

  async #hear(jws: string, url: string, askedAt: number | undefined): Promise<void> {
    const position = await this.#verify(jws, 'feed-heartbeat+jwt')
    if (position.at <= this.#lastSignedAt) return
    const comparison = this.#replica.compare(position)
    if (comparison === 'gap') return this.#fillGap(url)
    if (comparison !== 'proved') return this.#distrust(comparison, url)
    this.#prove(position, askedAt)
  }

  #prove({ at }: SignedPosition, askedAt: number | undefined): void {
    const now = this.#options.monotonic()
    this.#lastSignedAt = at
    this.#heardAt = now
    this.#failures = 0
    this.#lastError = undefined
    if (askedAt === undefined) this.#proof.extend(now, at)
    else this.#proof.begin(askedAt, at)
    this.#endStart()
    this.#tellPhase()
  }

  async #fillGap(url: string): Promise<void> {
    const askedAt = this.#beginFetch()
    const log = await fetchLog(url, this.#replica.sequence, this.#fetching(this.#connection?.signal))
    if (log === forgotten) return this.#takeSnapshot(url)
    for (const line of log.lines) {
      const applied = this.#replica.apply(line)
      if (!applied.ok) throw new Error(`${url}/log has a hole`)
      if (applied.record !== undefined) this.#noteRecord(applied.record)
    }
    const position = await this.#verify(log.jws, 'feed-heartbeat+jwt')
    const comparison = this.#replica.compare(position)
    if (comparison === 'gap' && log.lines.length > 0) return this.#fillGap(url)
    if (comparison !== 'proved') return this.#distrust(comparison, url)
    this.#prove(position, askedAt)
  }

  async #distrust(comparison: 'gap' | 'rewound' | 'changed', url: string): Promise<void> {
    const sentence = comparison === 'changed' ? 'the feed was changed on its way' : `the feed was ${comparison}`
    this.#options.log({ type: 'feed_alarm', sentence: `${sentence}: the snapshot of ${url} is taken` })
    await this.#takeSnapshot(url)
  }

  async #takeSnapshot(url: string): Promise<void> {
    const askedAt = this.#beginFetch()
    const { jws, lines, digest } = await fetchSnapshot(url, this.#fetching(this.#connection?.signal))
    const records = lines.map(parseRecord).filter((record) => record !== undefined)
    const position = await this.#verify(jws, 'feed-snapshot+jwt')
    if (position.digest !== digest || records.length !== lines.length) throw new Error(`${url}/snapshot was changed`)
    this.#replica.restore(position, records)
    for (const record of records) if (record.kind === 'k') this.#renewKeys()
    this.changed?.()
    this.#prove(position, askedAt)
  }

  /** Meanwhile the stream may be silent. */
  #beginFetch(): number {
    const now = this.#options.monotonic()
    this.#heardAt = now + fetchMs
    return now
  }

  /** Verifies a signed position and that it is of now, by the wall clock: a recorded feed must not be taken for a live one. */
  async #verify(jws: string, type: PositionType): Promise<SignedPosition> {
    const { issuer, clock, leewaySeconds } = this.#options
    const position = await this.#verifyWithKeys(jws, type, issuer)
    const differenceMs = Math.abs(clock() - position.at)
    if (differenceMs <= leewaySeconds * 1000 + wayMs) return position
    throw new Error(`a ${type} is ${differenceMs / 1000} s off this clock`)
  }

  async #verifyWithKeys(jws: string, type: PositionType, issuer: string): Promise<SignedPosition> {
    const { keys } = this.#options
    let keySet: KeySet | undefined = keys.current() ?? (await keys.obtain())
    if (keySet === undefined) throw new Error(keys.state().lastError ?? 'there are no keys')
    let position = verifyPosition(jws, keySet, { issuer, type })
    if (!position.ok && position.unknownKid !== undefined) {
      keySet = await keys.seek(position.unknownKid)
      if (keySet !== undefined) position = verifyPosition(jws, keySet, { issuer, type })
    }
    if (position.ok) return position
    const { check, expected, got } = position.failure
    throw new Error(`a ${type} was refused: ${check}, expected ${expected}, got ${got}`)
  }

  #fetching(connection?: AbortSignal): { fetch: typeof globalThis.fetch; signal: AbortSignal } {
    const { signal } = this.#closing
    return {
      fetch: this.#options.fetch,
      signal: connection === undefined ? signal : AbortSignal.any([signal, connection]),
    }
  }

  #recordFailure(error: unknown): void {
    if (this.#closing.signal.aborted) return
    this.#failures += 1
    this.#lastError = describeError(error)
    this.#options.log({ type: 'feed_failed', sentence: this.#lastError })
  }

  #pause(): Promise<void> {
    if (this.#closing.signal.aborted) return Promise.resolve()
    const longest = Math.min(longestPauseMs, firstPauseMs * 2 ** this.#failures)
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, longest * (0.5 + Math.random() / 2))
    this.#closing.signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
    return promise
  }
}
