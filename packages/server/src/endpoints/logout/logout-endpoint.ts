import { endSession } from '../../domain/sessions/end-session.ts'
import type { Clock } from '../../platform/clock/clock.ts'
import type { Database } from '../../platform/database/database.ts'
import { renderCookie } from '../../platform/http/cookies.ts'
import type { HttpServer } from '../../platform/http/create-http-server.ts'
import { refuseCrossOrigin } from '../../platform/http/refuse-cross-origin.ts'
import { findBrowserSession, sessionCookieName } from '../browser-session.ts'
import type { IssuerUrls } from '../issuer-urls.ts'

export interface LogoutEndpointDeps {
  readonly urls: IssuerUrls
  readonly database: Database
  readonly clock: Clock
}

/** Ends the browser's session at this server, removes its cookie and leads to the login page. */
export function logoutEndpoint(server: HttpServer, { urls, database, clock }: LogoutEndpointDeps): void {
  server.post(urls.logoutPath, async (request, reply) => {
    refuseCrossOrigin(request, urls.origin, 'Open your account page here and sign out there.')
    const session = await findBrowserSession(database.read, urls, request, clock.now())
    if (session) await database.write((tx) => endSession(tx, session, `account:${session.accountId}`))
    return reply
      .header('set-cookie', renderCookie(sessionCookieName(urls), '', { secure: urls.isSecure, maxAgeSeconds: 0 }))
      .header('cache-control', 'no-store')
      .redirect(urls.loginPath, 303)
  })
}
