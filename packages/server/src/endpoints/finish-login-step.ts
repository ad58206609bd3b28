import type { FastifyRequest } from 'fastify'
import { getAccount } from '../domain/accounts/get-account.ts'
import { LOGIN_CLIENT_ID } from '../domain/clients/login-client.ts'
import { findPendingStep } from '../domain/login/find-pending-step.ts'
import { issuePendingLogin, PENDING_LOGIN_MS } from '../domain/login/pending-login.ts'
import { isDeviceRemembered } from '../domain/remembered-devices/remembered-devices.ts'
import { openBrowserSession, type SessionOpening } from '../domain/sessions/open-session.ts'
import { replaceBrowserSession } from '../domain/sessions/replace-browser-session.ts'
import { BROWSER_SESSION_LIMITS, type Session } from '../domain/sessions/session.ts'
import type { Transaction } from '../platform/database/database.ts'
import type { Sealer } from '../platform/sealing/sealing.ts'
import { stepUrl } from './begun-login.ts'
import { findBrowserSession } from './browser-session.ts'
import { findDemand } from './find-demand.ts'
import type { IssuerUrls } from './issuer-urls.ts'
import { findPasskeyOffer } from './offer-passkey.ts'
import { findOwnCookie, removeOwnCookie, renderOwnCookie } from './own-cookies.ts'
import { offerKeeping } from './pending-keeping.ts'
import { tellOfNewDevice } from './tell-of-new-device.ts'

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

export interface LoginStepDeps {
  readonly urls: IssuerUrls
  readonly sealer: Sealer
}

/**
 * Ends a step of a login, in its transaction. Where nothing is pending it opens the session of an admitted account, and ends the one
 * that this browser had, so that no cookie from before the login lives on. Otherwise it keeps the login until its next step, and opens nothing.
 * The last step of who signs in to an account that is to be deleted is to say whether they keep it.
 */
export async function finishLoginStep(
  tx: Transaction,
  deps: LoginStepDeps,
  request: FastifyRequest,
  { who, returnTo }: LoginStep,
): Promise<FinishedStep> {
  const { urls } = deps
  const { accountId, methods, authenticatedAt = tx.now } = who
  const cookie = findOwnCookie(urls, request, 'remembered_device')
  const pending = await findPendingStep(tx.sql, {
    ...{ accountId, methods },
    demanded: await findDemand(tx.sql, urls, { accountId, returnTo, now: tx.now }),
    isDeviceRemembered: await isDeviceRemembered(tx.sql, { accountId, cookie, now: tx.now }),
  })
  if (pending !== undefined) {
    const secret = await issuePendingLogin(tx, { accountId, methods, authenticatedAt, returnTo })
    const path = pending.kind === 'enrolment' ? urls.enrolPath : urls.secondFactorPath
    const location = stepUrl(path, { isStepUp: false, returnTo })
    const setCookie = renderOwnCookie(urls, 'login_step', secret, { maxAgeSeconds: PENDING_LOGIN_MS / 1000 })
    return { setCookies: [setCookie], location }
  }
  const waited = findOwnCookie(urls, request, 'login_step') === undefined ? [] : [removeOwnCookie(urls, 'login_step')]
  const { deleteAfter } = await getAccount(tx.sql, accountId)
  if (deleteAfter !== undefined) {
    const { setCookies, location } = await offerKeeping(tx, urls, { who, returnTo })
    return { setCookies: [...setCookies, ...waited], location }
  }
  const before = await findBrowserSession(tx.sql, urls, request, tx.now)
  const offer = await findPasskeyOffer(tx.sql, urls, request, { accountId, methods, before, returnTo, now: tx.now })
  return {
    setCookies: [
      await openSessionForBrowser(tx, urls, request, who, before),
      await tellOfNewDevice(tx, deps, request, who),
      ...waited,
    ],
    location: offer ?? returnTo ?? urls.accountPath,
  }
}

async function openSessionForBrowser(
  tx: Transaction,
  urls: IssuerUrls,
  request: FastifyRequest,
  who: LoginStep['who'],
  before: Session | undefined,
): Promise<string> {
  const userAgent = request.headers['user-agent']
  const { cookie, session } = await openBrowserSession(tx, { ...who, clientId: LOGIN_CLIENT_ID, userAgent })
  if (before) await replaceBrowserSession(tx, before, session)
  const maxAgeSeconds = BROWSER_SESSION_LIMITS.absoluteMilliseconds / 1000
  return renderOwnCookie(urls, 'session', cookie, { maxAgeSeconds })
}
