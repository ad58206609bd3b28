import { type Html, html } from '../../platform/html/html.ts'
import type { Language } from '../../platform/html/language.ts'
import { renderPage } from '../../platform/html/render-page.ts'
import { renderProblem } from '../../platform/html/render-problem.ts'
import { stringsIn } from '../../platform/html/strings/strings.ts'
import type { Theme } from '../../platform/html/theme.ts'

export interface EndSessionPage {
  /** Whose app asks; undefined where that is not known. */
  readonly clientName: string | undefined
  readonly username: string
  /** Where the browser goes afterwards; undefined where it stays here. */
  readonly redirectUri: string | undefined
  /** Whether the app has named an address that is not registered for it. */
  readonly isAddressRefused: boolean
  /** What the form sends along with the decision. */
  readonly fields: Readonly<Record<string, string>>
  /** Where the form is posted to, and where the person stays: paths on this origin. */
  readonly action: string
  readonly stayPath: string
  readonly language: Language
  readonly theme: Theme
}

/** Renders the question whether to sign out: OpenID Connect RP-Initiated Logout §2. */
export function renderEndSessionPage(page: EndSessionPage): string {
  const { language, theme, clientName } = page
  const { endSession: strings, authorization, account } = stringsIn(language)
  const title = strings.title(theme.name)
  const refused = page.isAddressRefused ? html`${renderProblem('problem', strings.unregistered)}\n` : undefined
  const asks = clientName === undefined ? undefined : html`<p>${strings.asks(clientName)}</p>\n`
  const fields = Object.entries(page.fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">\n`,
  )
  const body = html`<h1>${title}</h1>
${refused}${asks}<p>${authorization.signedInAs} <bdi id="username">${page.username}</bdi>. ${strings.effect}</p>
${renderReturn(page)}<form method="post" action="${page.action}">
${fields}<button type="submit">${account.signOut}</button>
</form>
<form method="get" action="${page.stayPath}">
<button class="quiet" type="submit">${strings.stay}</button>
</form>`
  return renderPage({ title, language, theme, body })
}

function renderReturn({ redirectUri, language }: EndSessionPage): Html | undefined {
  if (redirectUri === undefined) return undefined
  const { host, protocol } = new URL(redirectUri)
  const { returnsTo } = stringsIn(language).authorization
  return html`<p class="muted">${returnsTo} <bdi id="returns-to">${host === '' ? protocol : host}</bdi></p>\n`
}

export interface SignedOutPage {
  readonly loginPath: string
  readonly language: Language
  readonly theme: Theme
}

/** Renders that nobody is signed in in this browser any more. */
export function renderSignedOutPage({ loginPath, language, theme }: SignedOutPage): string {
  const { done, signInAgain } = stringsIn(language).endSession
  const body = html`<h1>${done}</h1>
<p><a href="${loginPath}">${signInAgain}</a></p>`
  return renderPage({ title: done, language, theme, body })
}
