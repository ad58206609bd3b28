import { timingSafeEqual } from 'node:crypto'
import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'
import type { Client } from './client.ts'
import { type SecretHashes, selectClient } from './client-store.ts'
import { hashClientSecret } from './hash-client-secret.ts'
import { LOGIN_CLIENT_ID } from './login-client.ts'
import { APP_SESSION_LIMITS } from './session-limits.ts'

/** What a client says of itself. */
export interface ClientCredentials {
  readonly clientId: string
  /** Absent for public clients, which have none. */
  readonly secret: string | undefined
}

/** The server's own login as a client: it needs no row. */
const loginClient: Client = {
  id: LOGIN_CLIENT_ID,
  name: 'Ostiary',
  type: 'public',
  redirectUris: [],
  grants: ['refresh_token'],
  scopes: [],
  isFirstParty: true,
  idTokenAlgorithm: 'ES256',
  postLogoutRedirectUris: [],
  userinfoAlgorithm: undefined,
  backchannelLogout: undefined,
  keys: undefined,
  isDpopRequired: false,
  isPushRequired: false,
  requiredAcr: undefined,
  sessionLimits: APP_SESSION_LIMITS,
  createdAt: 0,
  documentFreshUntil: undefined,
  registeredBy: undefined,
}

/**
 * The client whose credentials these are: a confidential one with its secret, or with the one before as long as that is good, a public one by its
 * id alone (RFC 6749 §2.3). Absent for everything else, without a word on why.
 */
export async function authenticateClient(
  sql: Queries,
  { clientId, secret }: ClientCredentials,
  now: EpochMilliseconds,
): Promise<Client | undefined> {
  if (clientId === LOGIN_CLIENT_ID) return secret === undefined ? loginClient : undefined
  const found = await selectClient(sql, clientId)
  if (!found) return undefined
  const { client, hashes } = found
  if (secret === undefined) return client.type === 'public' ? client : undefined
  return isSecretOf(hashes, secret, now) ? client : undefined
}

function isSecretOf({ current, previous }: SecretHashes, secret: string, now: EpochMilliseconds): boolean {
  const presented = Buffer.from(hashClientSecret(secret))
  const good = [current, previous && previous.until > now ? previous.hash : undefined]
  return good.some((hash) => hash !== undefined && timingSafeEqual(Buffer.from(hash), presented))
}
