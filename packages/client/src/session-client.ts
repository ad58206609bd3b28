import { AccessToken } from './access-token.ts'
import type { Client, ClientEvents, Credentials, LoggedOutReason } from './client.ts'
import { ClientError } from './client-error.ts'
import type { ClientClock, ClientOptions, TokenStorage } from './client-options.ts'
import { TabChannel, type TabMessage } from './tab-channel.ts'
import { type TokenAnswer, TokenRequests } from './token-requests.ts'

const systemClock: ClientClock = { monotonic: () => performance.now(), wall: () => Date.now() }

/** A client that holds at most one session. */
export class SessionClient implements Client {
  readonly #requests: TokenRequests
  readonly #clock: ClientClock
  readonly #fetch: typeof globalThis.fetch
  readonly #apis: ReadonlySet<string>
  readonly #isInCookie: boolean
  readonly #storage: TokenStorage | undefined
  readonly #tabs: TabChannel
  readonly #listeners: { [Name in keyof ClientEvents]: Set<(event: ClientEvents[Name]) => void> } = {
    loggedIn: new Set(),
    refreshed: new Set(),
    loggedOut: new Set(),
  }
  #token: AccessToken | undefined
  #refreshToken: string | undefined
  #isLoaded = false
  #refreshing: Promise<AccessToken> | undefined

  constructor(options: ClientOptions) {
    const { issuer, clientId = '', audience, apis = audience === undefined ? [] : [audience], storage } = options
    this.#requests = new TokenRequests(options)
    this.#clock = options.clock ?? systemClock
    this.#fetch = options.fetch ?? ((...request) => globalThis.fetch(...request))
    this.#apis = new Set(apis.map((api) => new URL(api).origin))
    this.#isInCookie = storage === 'cookie'
    this.#storage = typeof storage === 'object' ? storage : undefined
    this.#tabs = new TabChannel(`ostiary ${issuer} ${clientId} ${audience ?? ''}`, (message) => this.#hear(message))
  }

  get isLoggedIn(): boolean {
    return this.#token !== undefined || this.#refreshToken !== undefined
  }

  async logIn(credentials: Credentials): Promise<void> {
    await this.#accept(await this.#requests.logIn(credentials))
    this.#emit('loggedIn', undefined)
  }

  async logOut({ everywhere = false }: { readonly everywhere?: boolean } = {}): Promise<void> {
    await this.#load()
    if (this.#refreshToken !== undefined || this.#isInCookie) {
      await this.#requests.logOut(this.#refreshToken, everywhere)
    }
    await this.#end('logged_out')
  }

  readonly fetch = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init)
    if (!this.#apis.has(new URL(request.url).origin)) return this.#fetch(request)
    const isStream = init?.body instanceof ReadableStream || (request.body !== null && input instanceof Request)
    const again = isStream ? undefined : request.clone()
    const token = await this.token()
    const response = await this.#send(request, token)
    if (response.status !== 401 || again === undefined || !isForTheToken(response)) return response
    await response.body?.cancel()
    return this.#send(again, await this.#replace(token))
  }

  async token(): Promise<string> {
    if (this.#token?.isFresh) return this.#token.text
    try {
      return (await this.#refresh()).text
    } catch (error) {
      // A token that is still good serves while the server is away.
      if (isUnavailable(error) && this.#token?.isExpired === false) return this.#token.text
      throw error
    }
  }

  on<Name extends keyof ClientEvents>(name: Name, listener: (event: ClientEvents[Name]) => void): () => void {
    this.#listeners[name].add(listener)
    return () => void this.#listeners[name].delete(listener)
  }

  close(): void {
    this.#tabs.close()
  }

  #send(request: Request, token: string): Promise<Response> {
    const headers = new Headers(request.headers)
    headers.set('authorization', `Bearer ${token}`)
    return this.#fetch(new Request(request, { headers }))
  }

  /** Another token than this one, which an API has refused. */
  async #replace(refused: string): Promise<string> {
    if (this.#token !== undefined && this.#token.text !== refused) return this.#token.text
    return (await this.#refresh()).text
  }

  /** One at a time in this process, and in all tabs. */
  #refresh(): Promise<AccessToken> {
    this.#refreshing ??= this.#refreshAlone().finally(() => {
      this.#refreshing = undefined
    })
    return this.#refreshing
  }

  async #refreshAlone(): Promise<AccessToken> {
    await this.#load()
    if (this.#refreshToken === undefined && !this.#isInCookie) {
      throw new ClientError('not_logged_in', 'Nobody is logged in.')
    }
    const before = this.#token
    return this.#tabs.alone(async () => {
      // While this tab waited, another one has refreshed.
      if (this.#token !== before && this.#token?.isFresh) return this.#token
      try {
        const token = await this.#accept(await this.#requests.refresh(this.#refreshToken))
        this.#emit('refreshed', undefined)
        return token
      } catch (error) {
        if (error instanceof ClientError && error.code === 'session_ended') await this.#end('session_ended')
        throw error
      }
    })
  }

  async #load(): Promise<void> {
    if (this.#isLoaded) return
    this.#refreshToken ??= await this.#storage?.load()
    this.#isLoaded = true
  }

  async #accept({ accessToken, expiresInSeconds, refreshToken }: TokenAnswer): Promise<AccessToken> {
    const token = new AccessToken(accessToken, expiresInSeconds, this.#clock)
    this.#token = token
    this.#isLoaded = true
    if (refreshToken !== undefined) {
      this.#refreshToken = refreshToken
      await this.#storage?.save(refreshToken)
    }
    if (this.#isInCookie) this.#tabs.tell({ kind: 'token', token: accessToken, secondsLeft: expiresInSeconds })
    return token
  }

  async #end(reason: LoggedOutReason): Promise<void> {
    this.#forget()
    await this.#storage?.clear()
    if (this.#isInCookie) this.#tabs.tell({ kind: 'loggedOut' })
    this.#emit('loggedOut', { reason })
  }

  #forget(): void {
    this.#token = undefined
    this.#refreshToken = undefined
  }

  /** Only tabs that share the cookie share the session. */
  #hear(message: TabMessage): void {
    if (!this.#isInCookie) return
    if (message.kind === 'token') {
      this.#token = new AccessToken(message.token, message.secondsLeft, this.#clock)
      return
    }
    if (!this.isLoggedIn) return
    this.#forget()
    this.#emit('loggedOut', { reason: 'logged_out' })
  }

  #emit<Name extends keyof ClientEvents>(name: Name, event: ClientEvents[Name]): void {
    for (const listener of this.#listeners[name]) listener(event)
  }
}

function isUnavailable(error: unknown): boolean {
  return error instanceof ClientError && error.code === 'unavailable'
}

/** RFC 6750 §3.1. Where CORS hides the challenge, any 401 may be for the token. */
function isForTheToken(response: Response): boolean {
  const challenge = response.headers.get('www-authenticate')
  return challenge === null || challenge.includes('invalid_token')
}
