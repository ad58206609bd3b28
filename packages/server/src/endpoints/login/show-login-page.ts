import type { FastifyReply, FastifyRequest } from 'fastify'
import { renderRequestOptions } from '../../domain/passkeys/ceremony-options.ts'
import { makeChallenge } from '../../domain/passkeys/passkey-challenge.ts'
import { listUpstreams } from '../../domain/upstreams/list-upstreams.ts'
import { pageHeaders } from '../../platform/html/page-headers.ts'
import { bindBrowser } from '../browser-binding.ts'
import { choosePageLanguage } from '../choose-page-language.ts'
import { passkeyScript } from '../passkey-script.ts'
import { formTargets, type PendingAuthorization } from '../pending-authorization.ts'
import type { LoginEndpointDeps } from './login-deps.ts'
import { type LoginPage, renderLoginPage } from './login-page.ts'

export interface ShownLogin
  extends Pick<LoginPage, 'problem' | 'retryAfterSeconds' | 'username' | 'returnTo' | 'isAnew'> {
  /** The app's request that the login is for. Absent: none. */
  readonly waiting: PendingAuthorization | undefined
}

/** Answers with the login page, which asks a passkey of this browser a challenge of its own. */
export async function showLoginPage(
  { urls, theme, database, clock, sealer, otherWays }: LoginEndpointDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { waiting, ...shown }: ShownLogin,
): Promise<FastifyReply> {
  const { relyingParty } = urls
  const page: LoginPage = {
    ...shown,
    action: urls.loginPath,
    upstreams: await listUpstreams(database.read),
    upstreamsPath: urls.loginUpstreamPath,
    ...otherWays,
    clientName: waiting?.client.name,
    language: choosePageLanguage(request, waiting?.pending.request.uiLocales),
    theme,
  }
  if (!relyingParty) return reply.headers(pageHeaders(theme, formTargets(waiting))).send(renderLoginPage(page))
  const browser = bindBrowser(urls, request)
  const challenge = makeChallenge(sealer, { ceremony: 'log_in', boundTo: browser.hash }, clock.now())
  const passkey = { action: urls.loginPasskeyPath, options: renderRequestOptions(relyingParty, challenge) }
  return reply
    .header('set-cookie', browser.setCookie)
    .headers(pageHeaders(theme, formTargets(waiting), passkeyScript.source))
    .send(renderLoginPage({ ...page, passkey }))
}
