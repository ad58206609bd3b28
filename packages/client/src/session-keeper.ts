import type { ClientState, Credentials, LogoutReason } from './client.ts'
import { ClientError } from './client-error.ts'
import type { FindEndpoint } from './discover-endpoints.ts'
import type { EventListeners } from './event-listeners.ts'
import { elapsedSince, type HeldToken, type Moment, takeMoment } from './held-token.ts'
import type { ClientSettings } from './parse-options.ts'
import { type Granted, requestLogin, requestLogout, requestRefresh } from './request-session.ts'
import { LONGEST_PAUSE_MS, retryOnce } from './retry-once.ts'
import { type TabMessage, Tabs } from './tabs.ts'

/** A message may come a moment after the lock that its sender gave back. */
const NEWS_WAIT_MS = 300
const LONGEST_TIMER_MS = 2 ** 31 - 1
const LONGEST_BACKOFF_MS = 60_000

/** Holds the tokens of one session and keeps them fresh: nothing but the server's word, or `logOut`, ends it. */
export class SessionKeeper {
  readonly #settings: ClientSettings
  readonly #find: FindEndpoint
  readonly #listeners: EventListeners
  readonly #tabs: Tabs
  #status: ClientState['status']
  #token: HeldToken | undefined
  #refreshing: Promise<HeldToken> | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #refreshAfterMilliseconds = 0
  #refreshingAhead: Promise<void> | undefined
  #failures = 0
  /** After a refresh ahead of time that failed: the next one isn't tried before. */
  #backoff: { readonly since: Moment; readonly milliseconds: number } | undefined
  /** Until when the server wants to be left alone. */
  #pause: { readonly error: ClientError; readonly since: Moment; readonly milliseconds: number } | undefined
  #wakeForNews: (() => void) | undefined
  /** A token of it may still be on its way from another tab. */
  #endedSessionId: string | undefined
  #isClosed = false

  constructor(settings: ClientSettings, find: FindEndpoint, listeners: EventListeners) {
    this.#settings = settings
    this.#find = find
    this.#listeners = listeners
    this.#status = settings.isResumable ? 'unknown' : 'logged-out'
    this.#tabs = new Tabs(settings.sharedAs, (message) => this.#hear(message))
  }

  get state(): ClientState {
    if (this.#token) return { status: 'logged-in', sessionId: this.#token.sessionId, scope: this.#token.scope }
    return { status: this.#status === 'unknown' ? 'unknown' : 'logged-out' }
  }

  /** Finds out whether a session from before still lives. */
  async resume(): Promise<ClientState> {
    if (this.#status === 'unknown') await this.#refreshInBackground()
    return this.state
  }

  /** A token that is good for a while; refreshed before when it is not. */
  async getToken(): Promise<HeldToken> {
    this.#assertOpen()
    const token = this.#token
    if (!token) return this.#refresh()
    const age = elapsedSince(this.#settings.clock, token.since)
    const { lifetimeMilliseconds } = token
    if (age < lifetimeMilliseconds - Math.min(10_000, lifetimeMilliseconds / 20)) {
      if (age >= this.#refreshAfterMilliseconds && this.#mayRefreshAhead()) void this.#refreshInBackground()
      return token
    }
    return this.#refresh().catch((error: unknown) => {
      // Better its last seconds than nothing.
      if (error instanceof ClientError && error.isPassing && this.#token === token && age < lifetimeMilliseconds)
        return token
      throw error
    })
  }

  /** Another token than one that an API refused. */
  async replaceToken(refused: HeldToken): Promise<HeldToken> {
    this.#assertOpen()
    return this.#token && this.#token !== refused ? this.#token : this.#refresh()
  }

  async logIn(credentials: Credentials): Promise<void> {
    this.#assertOpen()
    await this.#tabs.exclusively(async () => {
      const before = this.#settings.storage && (await this.#load())
      const granted = await requestLogin(this.#settings, this.#find, credentials)
      await this.#adoptGranted(granted)
      // The session that it replaces would stay open with nobody to end it. What the cookie held is gone already.
      if (before !== undefined) await requestLogout(this.#settings, this.#find, before, false).catch(() => undefined)
    })
  }

  async logOut(everywhere: boolean): Promise<void> {
    this.#assertOpen()
    await this.#tabs.exclusively(async () => {
      if (this.#status === 'logged-out') return
      const refreshToken = await this.#load()
      if (refreshToken !== undefined || !this.#settings.storage) {
        await retryOnce(() => requestLogout(this.#settings, this.#find, refreshToken, everywhere))
      }
      await this.#forget('logged_out')
    })
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
    this.#tabs.close()
  }

  /** One at a time: whoever comes meanwhile gets the same. */
  #refresh(): Promise<HeldToken> {
    this.#refreshing ??= this.#refreshInTurn().finally(() => {
      this.#refreshing = undefined
    })
    return this.#refreshing
  }

  #refreshInTurn(): Promise<HeldToken> {
    const before = this.#token
    return this.#tabs.exclusively(async (hadToWait) => {
      if (hadToWait && this.#token === before && this.#status !== 'logged-out') await this.#awaitNews()
      if (this.#status === 'logged-out') throw notLoggedIn()
      if (this.#token && this.#token !== before) return this.#token
      if (this.#pause && this.#isPaused()) throw this.#pause.error
      return this.#rotate()
    })
  }

  async #rotate(): Promise<HeldToken> {
    const refreshToken = await this.#load()
    const isNothingKept = this.#settings.storage !== undefined && refreshToken === undefined
    const granted = isNothingKept ? undefined : await this.#requestRefresh(refreshToken)
    if (granted) return this.#adoptGranted(granted)
    const wasLoggedIn = this.#token !== undefined
    await this.#forget('session_ended')
    throw wasLoggedIn ? new ClientError('session_ended', 'The session has ended. Log in again.') : notLoggedIn()
  }

  async #requestRefresh(refreshToken: string | undefined): Promise<Granted | undefined> {
    try {
      return await retryOnce(() => requestRefresh(this.#settings, this.#find, refreshToken))
    } catch (error) {
      if (error instanceof ClientError && (error.retryAfterSeconds ?? 0) * 1000 > LONGEST_PAUSE_MS) {
        const milliseconds = Math.min((error.retryAfterSeconds ?? 0) * 1000, LONGEST_BACKOFF_MS)
        this.#pause = { error, since: takeMoment(this.#settings.clock), milliseconds }
      }
      throw error
    }
  }

  #isPaused(): boolean {
    return this.#pause !== undefined && elapsedSince(this.#settings.clock, this.#pause.since) < this.#pause.milliseconds
  }

  #mayRefreshAhead(): boolean {
    const { clock } = this.#settings
    const isBackingOff =
      this.#backoff !== undefined && elapsedSince(clock, this.#backoff.since) < this.#backoff.milliseconds
    return !isBackingOff && !this.#isPaused()
  }

  /** One at a time, so that one failure is told and counted once. */
  #refreshInBackground(): Promise<void> {
    this.#refreshingAhead ??= this.#tryRefresh().finally(() => {
      this.#refreshingAhead = undefined
    })
    return this.#refreshingAhead
  }

  async #tryRefresh(): Promise<void> {
    try {
      await this.#refresh()
    } catch (error) {
      if (this.#isClosed || this.#status === 'logged-out') return
      this.#failures += 1
      const backoff = Math.min(1000 * 2 ** this.#failures, LONGEST_BACKOFF_MS) * (1 + Math.random() / 4)
      this.#backoff = { since: takeMoment(this.#settings.clock), milliseconds: backoff }
      this.#schedule(Math.max(backoff, this.#isPaused() ? (this.#pause?.milliseconds ?? 0) : 0))
      if (error instanceof ClientError) this.#listeners.emit('error', error)
    }
  }

  #schedule(milliseconds: number): void {
    clearTimeout(this.#timer)
    if (this.#isClosed) return
    this.#timer = setTimeout(() => void this.#refreshInBackground(), Math.min(milliseconds, LONGEST_TIMER_MS))
    // In Node a timer would keep the process alive.
    ;(this.#timer as { unref?(): void }).unref?.()
  }

  async #adoptGranted({ token, refreshToken }: Granted): Promise<HeldToken> {
    const { storage } = this.#settings
    try {
      if (storage && refreshToken !== undefined) await storing(() => storage.save(refreshToken))
    } finally {
      const { since, ...shared } = token
      this.#tabs.tell({ token: shared, sinceWall: since.wall })
      this.#adopt(token)
    }
    return token
  }

  #adopt(token: HeldToken): void {
    const isSameSession = this.#token?.sessionId === token.sessionId
    this.#token = token
    this.#status = 'logged-in'
    this.#failures = 0
    this.#backoff = undefined
    this.#pause = undefined
    // Not all in one moment who logged in in one moment.
    this.#refreshAfterMilliseconds = token.lifetimeMilliseconds * (0.8 + Math.random() / 10)
    this.#schedule(this.#refreshAfterMilliseconds - elapsedSince(this.#settings.clock, token.since))
    this.#listeners.emit(isSameSession ? 'refreshed' : 'logged-in', { sessionId: token.sessionId })
  }

  async #forget(why: LogoutReason): Promise<void> {
    const token = this.#token
    this.#token = undefined
    this.#status = 'logged-out'
    this.#endedSessionId = token?.sessionId
    clearTimeout(this.#timer)
    const { storage } = this.#settings
    try {
      if (storage && why !== 'elsewhere') await storing(() => storage.clear())
    } finally {
      if (token && why !== 'elsewhere') this.#tabs.tell({ endedSessionId: token.sessionId })
      if (token) this.#listeners.emit('logged-out', { why })
    }
  }

  #hear(message: TabMessage): void {
    if ('endedSessionId' in message) {
      if (this.#token?.sessionId === message.endedSessionId) void this.#forget('elsewhere')
    } else {
      this.#hearToken(message.token, message.sinceWall)
    }
    this.#wakeForNews?.()
  }

  #hearToken(token: Omit<HeldToken, 'since'>, wall: number): void {
    const { clock } = this.#settings
    if (token.sessionId === this.#endedSessionId || (this.#token && wall < this.#token.since.wall)) return
    this.#adopt({ ...token, since: { wall, monotonic: clock.monotonic() - Math.max(0, clock.now() - wall) } })
  }

  #awaitNews(): Promise<void> {
    return new Promise((resolve) => {
      this.#wakeForNews = resolve
      setTimeout(resolve, NEWS_WAIT_MS)
    })
  }

  #load(): Promise<string | undefined> {
    const { storage } = this.#settings
    return storing<string | undefined>(() => storage?.load())
  }

  #assertOpen(): void {
    if (this.#isClosed) throw new ClientError('closed', 'This client was closed.')
  }
}

function notLoggedIn(): ClientError {
  return new ClientError('not_logged_in', 'Nobody is logged in.')
}

async function storing<Result>(act: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await act()
  } catch (cause) {
    throw new ClientError('storage', 'The storage for the refresh token failed.', { cause })
  }
}
