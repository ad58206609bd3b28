import type { FastifyReply, FastifyRequest } from 'fastify'
import { Problem } from '../../platform/http/problem.ts'
import { wantsPage } from '../../platform/http/wants-page.ts'
import type { IssuerUrls } from '../issuer-urls.ts'

/** A browser is led to the login page and back; a program is told. */
export function sendToLogin(urls: IssuerUrls, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (isProgram(request)) {
    throw new Problem({
      status: 401,
      code: 'not_signed_in',
      detail: 'Nobody is signed in here. Sign in at the login page.',
      headers: { 'www-authenticate': 'FormLogin' },
    })
  }
  return reply
    .header('cache-control', 'no-store')
    .redirect(`${urls.loginPath}?return_to=${encodeURIComponent(urls.accountPath)}`, 303)
}

/** The same for who is signed in, and must show once more that it is they before they go on to a page. */
export function sendToFreshLogin(
  urls: IssuerUrls,
  request: FastifyRequest,
  reply: FastifyReply,
  returnTo: string,
): FastifyReply {
  if (isProgram(request)) {
    throw new Problem({
      status: 403,
      code: 'login_too_old',
      detail: 'Sign in again at the login page: this needs a login of the last 15 minutes.',
    })
  }
  return reply
    .header('cache-control', 'no-store')
    .redirect(`${urls.loginPath}?switch=1&return_to=${encodeURIComponent(returnTo)}`, 303)
}

function isProgram(request: FastifyRequest): boolean {
  return request.headers.accept?.includes('json') === true && !wantsPage(request)
}
