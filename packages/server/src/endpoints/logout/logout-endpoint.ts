import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Clock } from '../../platform/clock/clock.ts'
import type { HttpServer } from '../../platform/http/create-http-server.ts'
import { refuseCrossOrigin } from '../../platform/http/refuse-cross-origin.ts'
import { wantsPage } from '../../platform/http/wants-page.ts'
import { findBrowserSession } from '../browser-session.ts'
import { endBrowserSession } from '../end-browser-session.ts'
import { verifyCookieToken } from '../verify-cookie-token.ts'
import { endPresented, findPresentedToken, logOutProgram, type ProgramLogoutDeps } from './log-out-program.ts'
import { type LogoutBody, logoutBodySchema } from './parse-request.ts'

export interface LogoutEndpointDeps extends ProgramLogoutDeps {
  readonly clock: Clock
}

type LogoutRequest = FastifyRequest<{ Body: LogoutBody }>

/** Ends a session: of an app by its refresh token, of a browser by its cookie. */
export function logoutEndpoint(server: HttpServer, deps: LogoutEndpointDeps): void {
  const { urls } = deps
  server.post(urls.logoutPath, { schema: { body: logoutBodySchema } }, async (request: LogoutRequest, reply) => {
    refuseCrossOrigin(request, urls.origin, 'Open your account page here and sign out there.')
    const token = findPresentedToken(request, urls)
    // The cookie of an app of this origin comes along with the button of the account page too.
    const isApp = token !== undefined && !wantsPage(request)
    return isApp ? logOutProgram(deps, request, reply, token) : logOutBrowser(deps, request, reply, token)
  })
}

/** Ends the browser's session at this server and an app's that rests in a cookie, removes the cookies and leads to the login page. */
async function logOutBrowser(
  deps: LogoutEndpointDeps,
  request: LogoutRequest,
  reply: FastifyReply,
  token: string | undefined,
): Promise<FastifyReply> {
  const { urls, database, clock } = deps
  if (token !== undefined) {
    const content = await verifyCookieToken(deps, token)
    await endPresented(deps, request, reply, token, request.body?.client_id ?? content?.clientId)
  }
  await endBrowserSession(deps, reply, await findBrowserSession(database.read, urls, request, clock.now()))
  return reply.header('cache-control', 'no-store').redirect(urls.loginPath, 303)
}
