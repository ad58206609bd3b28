import type { RefreshKeyRing } from '../domain/refresh-keys/refresh-key-ring.ts'
import { findSession } from '../domain/sessions/find-session.ts'
import { type RefreshTokenContent, readNamedSession, verifyRefreshToken } from '../domain/sessions/refresh-token.ts'
import type { Database } from '../platform/database/database.ts'

/** What the refresh token in a browser's cookie says, where nothing names its client: the session that it names tells whose it would be. */
export async function verifyCookieToken(
  { database, refreshKeys }: { readonly database: Database; readonly refreshKeys: RefreshKeyRing },
  token: string,
): Promise<RefreshTokenContent | undefined> {
  const session = await findSession(database.read, readNamedSession(token) ?? '')
  return session && verifyRefreshToken(refreshKeys, token, session.clientId)
}
