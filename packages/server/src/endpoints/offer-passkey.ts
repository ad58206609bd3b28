import type { FastifyRequest } from 'fastify'
import { listPasskeys } from '../domain/passkeys/list-passkeys.ts'
import type { Session } from '../domain/sessions/session.ts'
import type { EpochMilliseconds } from '../platform/clock/clock.ts'
import type { Queries } from '../platform/database/database.ts'
import type { IssuerUrls } from './issuer-urls.ts'
import { findOwnCookie, renderOwnCookie } from './own-cookies.ts'
import { findPendingAuthorization } from './pending-authorization.ts'
import { withReturnTo } from './with-return-to.ts'

const DECLINED_SECONDS = 90 * 86_400

export interface EndedLogin {
  readonly accountId: string
  readonly methods: readonly string[]
  /** The session that the browser had. Absent: none. */
  readonly before: Session | undefined
  readonly returnTo: string | undefined
  readonly now: EpochMilliseconds
}

/**
 * Where a login leads that was made with a password, by whom a passkey would serve better: to the page that offers one. Absent for everybody else:
 * who has a passkey, has declined, or only proved once more who they are; a browser that said it could make none, or nothing;
 * an app's request that wants no page shown.
 */
export async function findPasskeyOffer(
  sql: Queries,
  urls: IssuerUrls,
  request: FastifyRequest,
  { accountId, methods, before, returnTo, now }: EndedLogin,
): Promise<string | undefined> {
  const { passkey_offer: said } = (request.body ?? {}) as { readonly passkey_offer?: unknown }
  if (said !== 'yes' || !urls.relyingParty || !methods.includes('pwd')) return undefined
  if (before?.accountId === accountId || findOwnCookie(urls, request, 'passkey_offer') !== undefined) return undefined
  if ((await listPasskeys(sql, accountId)).length > 0) return undefined
  const waiting = await findPendingAuthorization(sql, urls, returnTo, now)
  if (waiting?.pending.request.prompt.includes('none')) return undefined
  return withReturnTo(urls.passkeyOfferPath, returnTo)
}

/** The Set-Cookie value by which this browser is not asked again for 90 days. */
export function renderDeclinedCookie(urls: IssuerUrls): string {
  return renderOwnCookie(urls, 'passkey_offer', 'declined', { maxAgeSeconds: DECLINED_SECONDS })
}
