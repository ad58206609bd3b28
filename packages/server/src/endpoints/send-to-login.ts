import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Session } from '../domain/sessions/session.ts'
import type { EpochMilliseconds } from '../platform/clock/clock.ts'
import { Problem } from '../platform/http/problem.ts'
import { wantsJson } from '../platform/http/wants-json.ts'
import type { IssuerUrls } from './issuer-urls.ts'
import { withReturnTo } from './with-return-to.ts'

/** What outlives a session, or ends an account, is not done from a browser that somebody left open. */
const FRESH_MS = 15 * 60_000

/** Whether who is signed in has just shown that it is they: a sensitive act asks before it begins, and before its form is shown. */
export function isFreshLogin({ authenticatedAt }: Pick<Session, 'authenticatedAt'>, now: EpochMilliseconds): boolean {
  return now - authenticatedAt <= FRESH_MS
}

/** A browser is led to the login page and from there back to what it asked for; a program is told. */
export function sendToLogin(urls: IssuerUrls, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (wantsJson(request)) {
    throw new Problem({
      status: 401,
      code: 'not_signed_in',
      detail: 'Nobody is signed in here. Sign in at the login page.',
      headers: { 'www-authenticate': 'FormLogin' },
    })
  }
  // A form can't be sent again by a redirect: it leads to the account page, as does an address that the login would not take.
  const returnTo = request.method === 'GET' && request.url.length <= 2000 ? request.url : urls.accountPath
  return reply.header('cache-control', 'no-store').redirect(withReturnTo(urls.loginPath, returnTo), 303)
}

/**
 * The same for who is signed in, and must show once more that it is they before they go on to a page. What was typed comes back with them
 * where `returnTo` says it in its query; never a secret.
 */
export function sendToFreshLogin(
  urls: IssuerUrls,
  request: FastifyRequest,
  reply: FastifyReply,
  returnTo: string,
): FastifyReply {
  if (wantsJson(request)) {
    throw new Problem({
      status: 403,
      code: 'login_too_old',
      detail: 'Sign in again at the login page: this needs a login of the last 15 minutes.',
    })
  }
  return reply
    .header('cache-control', 'no-store')
    .redirect(`${urls.loginPath}?anew=1&return_to=${encodeURIComponent(returnTo)}`, 303)
}
