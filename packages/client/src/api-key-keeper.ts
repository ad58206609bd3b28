import { ClientError } from './client-error.ts'
import type { FindEndpoint } from './discover-endpoints.ts'
import { elapsedSince, type HeldToken, parseHeldToken, type TokenKeeper, takeMoment } from './held-token.ts'
import type { ClientSettings } from './parse-options.ts'
import { retryOnce } from './retry-once.ts'
import { sendRequest } from './send-request.ts'

const EXCHANGE_GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange'
const API_KEY_URN = 'urn:ostiary:params:oauth:token-type:api_key'

/** Holds the access token that an API key was exchanged for, and exchanges it again before that ends. */
export class ApiKeyKeeper implements TokenKeeper {
  readonly #settings: ClientSettings
  readonly #find: FindEndpoint
  readonly #apiKey: string
  #token: HeldToken | undefined
  #exchanging: Promise<HeldToken> | undefined

  constructor(settings: ClientSettings, find: FindEndpoint, apiKey: string) {
    this.#settings = settings
    this.#find = find
    this.#apiKey = apiKey
  }

  async getToken(): Promise<HeldToken> {
    const token = this.#token
    if (!token) return this.#exchange()
    const age = elapsedSince(this.#settings.clock, token.since)
    const { lifetimeMilliseconds } = token
    if (age < lifetimeMilliseconds - Math.min(10_000, lifetimeMilliseconds / 10)) return token
    return this.#exchange().catch((error: unknown) => {
      // Better its last seconds than nothing.
      if (error instanceof ClientError && error.isPassing && age < lifetimeMilliseconds) return token
      throw error
    })
  }

  async replaceToken(refused: HeldToken): Promise<HeldToken> {
    return this.#token && this.#token !== refused ? this.#token : this.#exchange()
  }

  /** One at a time: whoever comes meanwhile gets the same. */
  #exchange(): Promise<HeldToken> {
    this.#exchanging ??= retryOnce(() => this.#requestToken())
      .then((token) => {
        this.#token = token
        return token
      })
      .finally(() => {
        this.#exchanging = undefined
      })
    return this.#exchanging
  }

  /** RFC 8693 §2.1. */
  async #requestToken(): Promise<HeldToken> {
    const { audience, scope, clock } = this.#settings
    const url = await this.#find('token_endpoint')
    const form = new URLSearchParams({
      grant_type: EXCHANGE_GRANT,
      subject_token: this.#apiKey,
      subject_token_type: API_KEY_URN,
      ...(audience !== undefined && { resource: audience }),
      ...(scope !== undefined && { scope }),
    })
    const since = takeMoment(clock)
    const answer = await sendRequest(this.#settings, url, { method: 'POST', body: form })
    // RFC 8693 §2.2.2: so the server says that it does not accept the subject token.
    if (answer.status === 400 && answer.body.error === 'invalid_request') {
      throw new ClientError('api_key_refused', 'The server refused the API key: it is revoked, expired or unknown.')
    }
    return parseHeldToken(answer, since)
  }
}
