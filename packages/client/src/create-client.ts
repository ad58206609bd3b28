import type { Client } from './client.ts'
import type { ClientOptions } from './client-options.ts'
import { discoverEndpoints } from './discover-endpoints.ts'
import { EventListeners } from './event-listeners.ts'
import { fetchWithToken } from './fetch-with-token.ts'
import { parseOptions } from './parse-options.ts'
import { SessionKeeper } from './session-keeper.ts'

/**
 * Makes a client of an issuer, and resumes the session that its storage keeps.
 *
 * @throws ClientError `misconfigured` when an option is wrong
 */
export function createClient(options: ClientOptions): Client {
  const settings = parseOptions(options)
  const listeners = new EventListeners()
  const keeper = new SessionKeeper(settings, discoverEndpoints(settings), listeners)
  const resumed = keeper.resume()
  return {
    logIn: (credentials) => keeper.logIn(credentials),
    logOut: ({ everywhere = false } = {}) => keeper.logOut(everywhere),
    fetch: (input, init) => fetchWithToken(settings, keeper, input, init),
    token: async () => (await keeper.getToken()).accessToken,
    state: () => keeper.state,
    ready: () => resumed.then(() => keeper.state),
    on: (event, listener) => listeners.add(event, listener),
    close: () => keeper.close(),
  }
}
