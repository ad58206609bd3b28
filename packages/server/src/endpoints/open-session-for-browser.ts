import type { FastifyRequest } from 'fastify'
import { LOGIN_CLIENT_ID } from '../domain/clients/login-client.ts'
import { openBrowserSession, type SessionOpening } from '../domain/sessions/open-session.ts'
import { replaceBrowserSession } from '../domain/sessions/replace-browser-session.ts'
import { BROWSER_SESSION_LIMITS } from '../domain/sessions/session.ts'
import type { Transaction } from '../platform/database/database.ts'
import { renderCookie } from '../platform/http/cookies.ts'
import { findBrowserSession, sessionCookieName } from './browser-session.ts'
import type { IssuerUrls } from './issuer-urls.ts'

/**
 * Opens the session of an admitted account and ends the one that this browser had, so that no cookie from before the login lives on.
 * Returns the Set-Cookie value.
 */
export async function openSessionForBrowser(
  tx: Transaction,
  urls: IssuerUrls,
  request: FastifyRequest,
  who: Omit<SessionOpening, 'clientId' | 'userAgent'>,
): Promise<string> {
  const before = await findBrowserSession(tx.sql, urls, request, tx.now)
  const userAgent = request.headers['user-agent']
  const { cookie, session } = await openBrowserSession(tx, { ...who, clientId: LOGIN_CLIENT_ID, userAgent })
  if (before) await replaceBrowserSession(tx, before, session)
  const maxAgeSeconds = BROWSER_SESSION_LIMITS.absoluteMilliseconds / 1000
  return renderCookie(sessionCookieName(urls), cookie, { secure: urls.isSecure, maxAgeSeconds })
}
