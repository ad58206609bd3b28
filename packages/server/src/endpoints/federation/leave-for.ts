import type { FastifyReply } from 'fastify'
import { pageHeaders } from '../../platform/html/page-headers.ts'
import type { Theme } from '../../platform/html/theme.ts'
import { choosePageLanguage } from '../choose-page-language.ts'
import { renderLeavingPage } from './leaving-page.ts'

/**
 * Sends the browser on by a page, and not by a redirect: that would be held to the form-action of the page whose form began it, here or at the
 * upstream, on its whole way (CSP3 §6.4.2), and neither knows the way beyond the other.
 */
export function leaveFor(
  reply: FastifyReply,
  theme: Theme,
  { name, url }: { readonly name: string; readonly url: string },
): FastifyReply {
  const language = choosePageLanguage(reply.request)
  return reply
    .headers(pageHeaders(theme))
    .header('refresh', `0; url=${url}`)
    .send(renderLeavingPage({ name, url, language, theme }))
}
