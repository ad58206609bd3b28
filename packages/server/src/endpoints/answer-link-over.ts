import type { FastifyReply, FastifyRequest } from 'fastify'
import { pageHeaders } from '../platform/html/page-headers.ts'
import type { Theme } from '../platform/html/theme.ts'
import { wantsPage } from '../platform/http/wants-page.ts'
import { choosePageLanguage } from './choose-page-language.ts'
import { toOverProblem } from './code-problem.ts'
import { type LinkOverPage, renderLinkOverPage } from './link-over-page.ts'

/** Answers whoever opens a link of a mail, or sends its form, when it leads nowhere any more. */
export function answerLinkOver(
  { theme }: { readonly theme: Theme },
  request: FastifyRequest,
  reply: FastifyReply,
  over: Pick<LinkOverPage, 'state' | 'againPath'>,
): FastifyReply {
  if (!wantsPage(request)) throw toOverProblem()
  const page = renderLinkOverPage({ ...over, language: choosePageLanguage(request), theme })
  return reply.status(400).headers(pageHeaders(theme)).send(page)
}
