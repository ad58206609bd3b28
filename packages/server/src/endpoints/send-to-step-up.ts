import type { FastifyReply, FastifyRequest } from 'fastify'
import { Problem } from '../platform/http/problem.ts'
import { wantsJson } from '../platform/http/wants-json.ts'
import { stepUrl } from './begun-login.ts'
import type { IssuerUrls } from './issuer-urls.ts'

/** A browser is led to the page of second factors, for the session that it has, and back; a program is told. */
export function sendToStepUp(
  urls: IssuerUrls,
  request: FastifyRequest,
  reply: FastifyReply,
  returnTo: string,
): FastifyReply {
  if (wantsJson(request)) {
    const detail = 'Prove a second factor at the login page first: this session has only one.'
    throw new Problem({ status: 403, code: 'second_factor_required', detail })
  }
  return reply
    .header('cache-control', 'no-store')
    .redirect(stepUrl(urls.secondFactorPath, { isStepUp: true, returnTo }), 303)
}
