import type { FastifyReply } from 'fastify'
import { chooseLanguage } from '../../platform/html/choose-language.ts'
import { pageHeaders } from '../../platform/html/page-headers.ts'
import type { FederationNotice } from '../../platform/html/strings/strings.ts'
import type { FederationDeps } from './federation-deps.ts'
import { renderNoticePage } from './notice-page.ts'

const STATUSES: Readonly<Record<FederationNotice, number>> = {
  denied: 403,
  expired: 400,
  stale: 403,
  refused: 403,
  unknown: 403,
  taken: 409,
  last: 409,
}

/** Answers with the page that says why nothing came of it. */
export function showNotice(
  { urls, theme }: FederationDeps,
  reply: FastifyReply,
  notice: FederationNotice,
  { name, returnTo }: { readonly name: string; readonly returnTo?: string | undefined },
): FastifyReply {
  const language = chooseLanguage(reply.request.headers['accept-language'])
  const query = returnTo === undefined ? '' : `?return_to=${encodeURIComponent(returnTo)}`
  const page = renderNoticePage({ notice, name, backPath: `${urls.loginPath}${query}`, language, theme })
  return reply.status(STATUSES[notice]).headers(pageHeaders(theme)).send(page)
}
