import { endSession } from '../../domain/sessions/end-session.ts'
import { findSessionByCookie } from '../../domain/sessions/session-cookie.ts'
import type { Clock } from '../../platform/clock/clock.ts'
import type { Database } from '../../platform/database/database.ts'
import { findCookie, renderCookie } from '../../platform/http/cookies.ts'
import type { HttpServer } from '../../platform/http/create-http-server.ts'
import { Problem } from '../../platform/http/problem.ts'
import { isCrossOrigin } from '../../platform/http/request-origin.ts'
import type { IssuerUrls } from '../issuer-urls.ts'
import { sessionCookieName } from '../session-cookie-name.ts'

export interface LogoutDeps {
  readonly urls: IssuerUrls
  readonly database: Database
  readonly clock: Clock
}

/** Ends the browser's session at this server, removes its cookie and leads to the login page. */
export function logoutEndpoint(server: HttpServer, { urls, database, clock }: LogoutDeps): void {
  server.post(urls.logoutPath, async (request, reply) => {
    if (isCrossOrigin(request, urls.origin)) {
      const detail = 'This form was sent from another site. Open your account page here and sign out there.'
      throw new Problem({ status: 403, code: 'cross_origin_request', detail })
    }
    const name = sessionCookieName(urls)
    const session = await findSessionByCookie(database.read, findCookie(request.headers.cookie, name), clock.now())
    if (session) await database.write((tx) => endSession(tx, session, `account:${session.accountId}`))
    return reply
      .header('set-cookie', renderCookie(name, '', { secure: urls.isSecure, maxAge: 0 }))
      .header('cache-control', 'no-store')
      .redirect(urls.loginPath, 303)
  })
}
