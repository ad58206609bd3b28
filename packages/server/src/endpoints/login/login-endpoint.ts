import type { FastifyReply, FastifyRequest } from 'fastify'
import { findSessionByCookie } from '../../domain/sessions/session-cookie.ts'
import { chooseLanguage } from '../../platform/html/choose-language.ts'
import { pageHeaders } from '../../platform/html/page-headers.ts'
import { findCookie } from '../../platform/http/cookies.ts'
import { describeInvalidParameter, type HttpServer } from '../../platform/http/create-http-server.ts'
import { Problem } from '../../platform/http/problem.ts'
import { isCrossOrigin, wantsPage } from '../../platform/http/request-origin.ts'
import { sessionCookieName } from '../session-cookie-name.ts'
import { abortWhenGone } from './abort-when-gone.ts'
import { logInBrowser } from './log-in-browser.ts'
import { logInProgram } from './log-in-program.ts'
import type { LoginDeps } from './login-deps.ts'
import { renderLoginPage } from './login-page.ts'
import {
  type LoginBody,
  type LoginQuery,
  loginBodySchema,
  loginQuerySchema,
  parseLoginRequest,
  parseReturnTo,
} from './parse-request.ts'

/** Serves the login page, and takes user name and password: from a browser for a cookie, from a program for a token. */
export function loginEndpoint(server: HttpServer, deps: LoginDeps): void {
  const { urls } = deps

  server.get<{ Querystring: LoginQuery }>(
    urls.loginPath,
    { schema: { querystring: loginQuerySchema } },
    async (request, reply) => {
      const returnTo = parseReturnTo(request.query.return_to, urls.origin)
      const cookie = findCookie(request.headers.cookie, sessionCookieName(urls))
      const session = await findSessionByCookie(deps.database.read, cookie, deps.clock.now())
      if (session) return reply.redirect(returnTo ?? urls.accountPath, 303)
      const { theme } = deps
      const language = chooseLanguage(request.headers['accept-language'])
      return reply
        .headers(pageHeaders(theme))
        .send(renderLoginPage({ action: urls.loginPath, returnTo, language, theme }))
    },
  )

  server.post<{ Body: LoginBody }>(
    urls.loginPath,
    { schema: { body: loginBodySchema }, attachValidation: true },
    async (request, reply) => {
      refuseOtherSites(request, urls.origin)
      if (wantsPage(request)) return logInBrowser(deps, request, reply)
      refuseInvalid(request)
      return answerProgram(deps, request, reply)
    },
  )
}

async function answerProgram(
  deps: LoginDeps,
  request: FastifyRequest<{ Body: LoginBody }>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const answer = await logInProgram(deps, parseLoginRequest(request.body), request.ip, abortWhenGone(reply))
  // RFC 6749 §5.1: nobody on the way keeps a token.
  return reply.header('cache-control', 'no-store').send(answer)
}

function refuseOtherSites(request: FastifyRequest, origin: string): void {
  if (!isCrossOrigin(request, origin)) return
  throw new Problem({
    status: 403,
    code: 'cross_origin_request',
    detail: 'This form was sent from another site. Open the login page here and sign in there.',
  })
}

function refuseInvalid(request: FastifyRequest): void {
  if (!request.validationError) return
  throw new Problem({
    status: 400,
    code: 'invalid_parameter',
    detail: describeInvalidParameter(request.validationError.validation[0]),
  })
}
