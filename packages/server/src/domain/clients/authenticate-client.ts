import type { Queries } from '../../platform/database/database.ts'
import type { Client } from './client.ts'
import { matchesClientSecret } from './client-secret.ts'
import { selectClient } from './client-store.ts'
import { findClient } from './find-client.ts'

/** What a client presents: its id, and the secret that only a confidential one has. */
export interface ClientCredentials {
  readonly clientId: string
  readonly clientSecret: string | undefined
}

/** The client that these credentials prove; undefined for an unknown one, a wrong or missing secret, and a secret that it doesn't have. */
export async function authenticateClient(
  sql: Queries,
  { clientId, clientSecret }: ClientCredentials,
): Promise<Client | undefined> {
  if (clientSecret === undefined) {
    const client = await findClient(sql, clientId)
    return client?.type === 'public' ? client : undefined
  }
  const stored = await selectClient(sql, clientId)
  if (stored?.secretHash === undefined || !matchesClientSecret(clientSecret, stored.secretHash)) return undefined
  return stored.client
}
