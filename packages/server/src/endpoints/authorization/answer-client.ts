import type { FastifyReply } from 'fastify'
import type { AuthorizationRequest } from '../../domain/authorizations/authorization-request.ts'
import { pageHeaders } from '../../platform/html/page-headers.ts'
import type { Theme } from '../../platform/html/theme.ts'
import { choosePageLanguage } from '../choose-page-language.ts'
import type { IssuerUrls } from '../issuer-urls.ts'
import { formPostScriptSource, renderFormPostPage } from './form-post-page.ts'

/** Where and how a client is answered: its address is verified. */
export type ClientAddress = Pick<AuthorizationRequest, 'redirectUri' | 'responseMode' | 'state' | 'uiLocales'>

/** Sends the person back to the client with a code or an error: RFC 6749 §4.1.2, with `iss` (RFC 9207 §2). */
export function answerClient(
  reply: FastifyReply,
  { urls, theme }: { readonly urls: IssuerUrls; readonly theme: Theme },
  { redirectUri, responseMode, state, uiLocales }: ClientAddress,
  answer: Readonly<Record<string, string>>,
): FastifyReply {
  const page = answer.error === undefined ? {} : { error_uri: reply.server.errorPageUrl(answer.error) }
  const parameters = { ...answer, ...page, ...(state !== undefined && { state }), iss: urls.issuer }
  if (responseMode === 'form_post') {
    const language = choosePageLanguage(reply.request, uiLocales)
    const headers = pageHeaders(theme, [redirectUri], formPostScriptSource)
    return reply.headers(headers).send(renderFormPostPage({ redirectUri, parameters, language, theme }))
  }
  // Appended as text, so that what is registered stays as it is, byte for byte.
  const separator = redirectUri.includes('?') ? '&' : '?'
  return reply
    .header('cache-control', 'no-store')
    .header('referrer-policy', 'no-referrer')
    .redirect(`${redirectUri}${separator}${new URLSearchParams(parameters)}`, 303)
}
