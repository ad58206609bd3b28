import type { Credentials } from './client.ts'
import { ClientError } from './client-error.ts'
import type { ClientOptions } from './client-options.ts'

/** What the server answers to a login and a refresh. */
export interface TokenAnswer {
  readonly accessToken: string
  readonly expiresInSeconds: number
  /** Undefined when it stands in the cookie. */
  readonly refreshToken: string | undefined
}

interface Endpoints {
  readonly login: string
  readonly token: string
  readonly logout: string
}

const defaultClientId = 'ostiary'
/** A longer wait is the caller's to decide on. */
const longestWaitSeconds = 5

/** Speaks with the authorization server. */
export class TokenRequests {
  readonly #options: ClientOptions
  readonly #fetch: typeof globalThis.fetch
  #endpoints: Promise<Endpoints> | undefined

  constructor(options: ClientOptions) {
    this.#options = options
    this.#fetch = options.fetch ?? ((...request) => globalThis.fetch(...request))
  }

  async logIn(credentials: Credentials): Promise<TokenAnswer> {
    const { audience, scope, storage } = this.#options
    const body = {
      ...credentials,
      client_id: this.#clientId,
      audience,
      scope,
      ...(storage === 'cookie' && { refresh_in: 'cookie' }),
    }
    const response = await this.#post((await this.#find()).login, body)
    if (response.status === 200) return readAnswer(response)
    throw await describeLoginFailure(response)
  }

  /** A refresh; it waits once when the server asks for a short wait. */
  async refresh(refreshToken: string | undefined): Promise<TokenAnswer> {
    const body = { grant_type: 'refresh_token', client_id: this.#clientId, refresh_token: refreshToken }
    const url = (await this.#find()).token
    let response = await this.#post(url, body)
    const seconds = readRetryAfter(response)
    if (isBusy(response) && seconds !== undefined && seconds <= longestWaitSeconds) {
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
      response = await this.#post(url, body)
    }
    if (response.status === 200) return readAnswer(response)
    throw await describeRefreshFailure(response, refreshToken === undefined)
  }

  async logOut(refreshToken: string | undefined, everywhere: boolean): Promise<void> {
    const body = { refresh_token: refreshToken, client_id: this.#clientId, everywhere }
    const response = await this.#post((await this.#find()).logout, body)
    if (response.status >= 300) throw unavailable(response)
  }

  get #clientId(): string {
    return this.#options.clientId ?? defaultClientId
  }

  /** Found once; a failure is forgotten, so that the next call tries again. */
  #find(): Promise<Endpoints> {
    this.#endpoints ??= this.#discover().catch((error: unknown) => {
      this.#endpoints = undefined
      throw error
    })
    return this.#endpoints
  }

  /** RFC 8414 §3. */
  async #discover(): Promise<Endpoints> {
    const { issuer } = this.#options
    const { origin, pathname } = new URL(issuer)
    const url = `${origin}/.well-known/oauth-authorization-server${pathname.replace(/\/$/, '')}`
    const response = await this.#send(url, {})
    if (!response.ok) throw unavailable(response)
    const metadata = (await response.json()) as Readonly<Record<string, unknown>>
    const { login_endpoint: login, token_endpoint: token, logout_endpoint: logout } = metadata
    if (metadata.issuer !== issuer || [login, token, logout].some((endpoint) => typeof endpoint !== 'string')) {
      throw new ClientError('misconfigured', `${url} is not the metadata of ${issuer}.`)
    }
    return { login, token, logout } as Endpoints
  }

  #post(url: string, body: Readonly<Record<string, string | boolean | undefined>>): Promise<Response> {
    return this.#send(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(body),
      credentials: this.#options.storage === 'cookie' ? 'same-origin' : 'omit',
    })
  }

  async #send(url: string, init: RequestInit): Promise<Response> {
    try {
      return await this.#fetch(url, init)
    } catch (error) {
      throw new ClientError('unavailable', 'The server cannot be reached.', undefined, error)
    }
  }
}

async function readAnswer(response: Response): Promise<TokenAnswer> {
  const answer = (await response.json()) as Readonly<Record<string, unknown>>
  const { access_token: accessToken, expires_in: expiresInSeconds, refresh_token: refreshToken } = answer
  if (typeof accessToken !== 'string' || typeof expiresInSeconds !== 'number') {
    throw new ClientError('misconfigured', `${response.url} answered without a token.`)
  }
  return { accessToken, expiresInSeconds, refreshToken: typeof refreshToken === 'string' ? refreshToken : undefined }
}

function isBusy({ status }: Response): boolean {
  return status === 429 || status >= 500
}

function readRetryAfter(response: Response): number | undefined {
  const seconds = response.headers.get('retry-after')
  return seconds !== null && /^\d{1,6}$/.test(seconds) ? Number(seconds) : undefined
}

function unavailable(response: Response): ClientError {
  return new ClientError('unavailable', `The server answered ${response.status}.`, readRetryAfter(response))
}

/** RFC 9457 §3: what a person or an operator may be told. */
async function readDetail(response: Response): Promise<string> {
  const { detail } = (await response.json().catch(() => ({}))) as { readonly detail?: unknown }
  return typeof detail === 'string' ? detail : `The server answered ${response.status}.`
}

async function describeLoginFailure(response: Response): Promise<ClientError> {
  const detail = await readDetail(response)
  if (response.status === 401) return new ClientError('login_refused', detail)
  if (response.status === 429) return new ClientError('login_throttled', detail, readRetryAfter(response))
  return response.status >= 500 ? unavailable(response) : new ClientError('misconfigured', detail)
}

/** RFC 6749 §5.2: `invalid_grant` alone says that the session is over. Without a cookie there was none. */
async function describeRefreshFailure(response: Response, isByCookie: boolean): Promise<ClientError> {
  if (isBusy(response)) return unavailable(response)
  const { error } = (await response.json().catch(() => ({}))) as { readonly error?: unknown }
  if (error === 'invalid_grant') return new ClientError('session_ended', 'The session has ended. Log in again.')
  if (error === 'invalid_request' && isByCookie) return new ClientError('not_logged_in', 'Nobody is logged in.')
  return new ClientError('misconfigured', `The server refused the refresh: ${String(error)}.`)
}
