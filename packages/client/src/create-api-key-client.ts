import { ApiKeyKeeper } from './api-key-keeper.ts'
import { ClientError } from './client-error.ts'
import type { ClientOptions } from './client-options.ts'
import { discoverEndpoints } from './discover-endpoints.ts'
import { fetchWithToken } from './fetch-with-token.ts'
import { parseOptions } from './parse-options.ts'

export interface ApiKeyClientOptions
  extends Pick<ClientOptions, 'issuer' | 'audience' | 'scope' | 'apis' | 'fetch' | 'clock'> {
  /** As it was shown when it was made. It belongs on servers and in tools, not in a page, where everybody could read it. */
  readonly apiKey: string
}

export interface ApiKeyClient {
  /**
   * As the global one, with a fresh token for URLs of `apis`.
   *
   * @throws ClientError `api_key_refused`, `network`, `unavailable`, `misconfigured` when there is no token to send; what fetch throws
   */
  fetch(input: string | URL | Request, init?: RequestInit): Promise<Response>
  /** An access token that is good for some seconds at least. Throws as `fetch`. */
  token(): Promise<string>
}

/**
 * Makes a client for a program that holds an API key. It asks the server for nothing before the first token is needed.
 *
 * @throws ClientError `misconfigured` when an option is wrong
 * @see RFC 8693 §2.1
 */
export function createApiKeyClient({ apiKey, ...options }: ApiKeyClientOptions): ApiKeyClient {
  if (!/^ok_[\w-]{70}$/.test(apiKey)) {
    throw new ClientError('misconfigured', 'apiKey must be a whole API key: ok_ and 70 characters')
  }
  const settings = parseOptions({ ...options, storage: 'memory' })
  const keeper = new ApiKeyKeeper(settings, discoverEndpoints(settings), apiKey)
  return {
    fetch: (input, init) => fetchWithToken(settings, keeper, input, init),
    token: async () => (await keeper.getToken()).accessToken,
  }
}
