import type { FastifyReply } from 'fastify'
import { pageHeaders } from '../../platform/html/page-headers.ts'
import type { FederationNotice } from '../../platform/html/strings/strings.ts'
import { choosePageLanguage } from '../choose-page-language.ts'
import { withReturnTo } from '../with-return-to.ts'
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
  const language = choosePageLanguage(reply.request)
  const page = renderNoticePage({ notice, name, backPath: withReturnTo(urls.loginPath, returnTo), language, theme })
  return reply.status(STATUSES[notice]).headers(pageHeaders(theme)).send(page)
}
