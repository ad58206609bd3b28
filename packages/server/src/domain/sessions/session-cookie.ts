import { createHash, timingSafeEqual } from 'node:crypto'
import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'
import { randomSecret } from '../../platform/random/random.ts'
import { isSessionLive } from './is-session-live.ts'
import type { Session } from './session.ts'
import { selectSession } from './session-store.ts'

/** A fresh secret for a browser's cookie, and the hash that is kept of it. */
export function issueSessionCookie(): { secret: string; hash: string } {
  const secret = randomSecret()
  return { secret, hash: hashCookieSecret(secret) }
}

/** The live session that a cookie proves; absent when the cookie is malformed, wrong, ended or expired. */
export async function findSessionByCookie(
  sql: Queries,
  cookie: string | undefined,
  now: EpochMilliseconds,
): Promise<Session | undefined> {
  const [, id, secret] = /^([\w-]{22})\.([\w-]{43})$/.exec(cookie ?? '') ?? []
  if (!id || !secret) return undefined
  const found = await selectSession(sql, id)
  if (!found?.cookieHash) return undefined
  if (!timingSafeEqual(Buffer.from(found.cookieHash), Buffer.from(hashCookieSecret(secret)))) return undefined
  return (await isSessionLive(sql, found.session, now)) ? found.session : undefined
}

function hashCookieSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}
