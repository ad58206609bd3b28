import type { FastifyRequest } from 'fastify'
import { LOGIN_CLIENT_ID } from '../domain/clients/login-client.ts'
import { openBrowserSession, type SessionOpening } from '../domain/sessions/open-session.ts'
import { replaceBrowserSession } from '../domain/sessions/replace-browser-session.ts'
import { BROWSER_SESSION_LIMITS } from '../domain/sessions/session.ts'
import type { Transaction } from '../platform/database/database.ts'
import { renderCookie } from '../platform/http/cookies.ts'
import { findBrowserSession, sessionCookieName } from './browser-session.ts'
import type { IssuerUrls } from './issuer-urls.ts'

/** What follows a step of a login in a browser: the cookies that it takes along, as Set-Cookie values, and where it goes on to. */
export interface FinishedStep {
  readonly setCookies: readonly string[]
  readonly location: string
}

export interface LoginStep {
  /** Who has been admitted, and how they proved it. */
  readonly who: Omit<SessionOpening, 'clientId' | 'userAgent'>
  /** A checked address of this origin. Absent: the account page. */
  readonly returnTo: string | undefined
}

/**
 * Ends a step of a login, in its transaction: opens the session of an admitted account, and ends the one that this browser had, so that no
 * cookie from before the login lives on.
 */
export async function finishLoginStep(
  tx: Transaction,
  urls: IssuerUrls,
  request: FastifyRequest,
  { who, returnTo }: LoginStep,
): Promise<FinishedStep> {
  return {
    setCookies: [await openSessionForBrowser(tx, urls, request, who)],
    location: returnTo ?? urls.accountPath,
  }
}

async function openSessionForBrowser(
  tx: Transaction,
  urls: IssuerUrls,
  request: FastifyRequest,
  who: LoginStep['who'],
): Promise<string> {
  const before = await findBrowserSession(tx.sql, urls, request, tx.now)
  const userAgent = request.headers['user-agent']
  const { cookie, session } = await openBrowserSession(tx, { ...who, clientId: LOGIN_CLIENT_ID, userAgent })
  if (before) await replaceBrowserSession(tx, before, session)
  const maxAgeSeconds = BROWSER_SESSION_LIMITS.absoluteMilliseconds / 1000
  return renderCookie(sessionCookieName(urls), cookie, { secure: urls.isSecure, maxAgeSeconds })
}
