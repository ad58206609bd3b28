import { type Html, html } from '../../platform/html/html.ts'
import type { Language } from '../../platform/html/language.ts'
import { renderPage } from '../../platform/html/render-page.ts'
import { stringsIn } from '../../platform/html/strings/strings.ts'
import type { Theme } from '../../platform/html/theme.ts'
import { isLoopbackHost } from '../../platform/http/is-loopback-host.ts'
import type { DescribedApi } from '../describe-scopes.ts'
import { renderScopes } from '../render-scopes.ts'
import { renderUnverified } from '../render-unverified.ts'

export interface ConsentPage {
  readonly clientName: string
  /** It registered itself: nobody here has looked at it, and its name is its own choice. */
  readonly isUnverified: boolean
  readonly redirectUri: string
  /** Whose session it is. */
  readonly username: string
  readonly accountId: string
  /** The API that is asked for; absent where only the person's identity is. */
  readonly api: DescribedApi | undefined
  readonly scopes: readonly string[]
  /** That the app is to act for; absent: for the person alone. */
  readonly organization?: { readonly id: string; readonly name: string } | undefined
  readonly requestId: string
  /** Where the answer is posted to: a path on this origin. */
  readonly action: string
  /** Where somebody else signs in. */
  readonly switchUrl: string
  readonly language: Language
  readonly theme: Theme
}

/** Renders who asks for what, where the answer goes, and the two buttons. */
export function renderConsentPage(page: ConsentPage): string {
  const { clientName, redirectUri, username, language, theme } = page
  const strings = stringsIn(language).authorization
  const { host, hostname } = new URL(redirectUri)
  const place = host === '' ? new URL(redirectUri).protocol : host
  const warning = isLoopbackHost(hostname) ? html`<p class="problem">${strings.onThisDevice}</p>\n` : undefined
  const body = html`<h1>${strings.title(clientName)}</h1>
<p>${strings.signedInAs} <bdi id="username">${username}</bdi>. <a href="${page.switchUrl}">${strings.switchAccount}</a></p>
${renderActing(page)}${renderUnverified(page)}${renderScopes(page)}<p class="muted">${strings.returnsTo} <bdi id="returns-to">${place}</bdi></p>
${warning}<form method="post" action="${page.action}">
<input type="hidden" name="request" value="${page.requestId}">
<input type="hidden" name="account" value="${page.accountId}">
${page.organization === undefined ? undefined : html`<input type="hidden" name="organization" value="${page.organization.id}">\n`}<button type="submit" name="decision" value="allow">${strings.allow}</button>
<button class="quiet" type="submit" name="decision" value="deny">${strings.deny}</button>
</form>`
  return renderPage({ title: strings.title(clientName), language, theme, body })
}

function renderActing({ organization, language }: ConsentPage): Html | undefined {
  if (organization === undefined) return undefined
  const { actsFor } = stringsIn(language).organizations
  return html`<p>${actsFor} <bdi id="organization">${organization.name}</bdi></p>\n`
}
