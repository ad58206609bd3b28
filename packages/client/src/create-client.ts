import type { Client } from './client.ts'
import type { ClientOptions } from './client-options.ts'
import { SessionClient } from './session-client.ts'

/**
 * Makes a client for one person's session at one app.
 *
 * @throws TypeError for an issuer, audience or API that is no URL.
 * @example
 * const client = createClient({ issuer: 'https://login.example.com', audience: 'https://api.example.com' })
 * await client.logIn({ username, password })
 * const orders = await client.fetch('https://api.example.com/orders')
 */
export function createClient(options: ClientOptions): Client {
  return new SessionClient(options)
}
