import type { Queries } from '../../platform/database/database.ts'
import type { Client } from './client.ts'
import { selectClient } from './client-store.ts'
import { LOGIN_CLIENT_ID } from './login-client.ts'

/** The server's own client: public, since it is what any first-party app may use. */
const loginClient: Client = {
  id: LOGIN_CLIENT_ID,
  name: 'Ostiary',
  type: 'public',
  redirectUris: [],
  grants: ['refresh_token'],
  scopes: [],
  createdAt: 0,
}

/** A registered client, or the server's own; undefined when there is none of this id. */
export async function findClient(sql: Queries, id: string): Promise<Client | undefined> {
  return id === LOGIN_CLIENT_ID ? loginClient : (await selectClient(sql, id))?.client
}
