import { html } from '../../platform/html/html.ts'
import type { Language } from '../../platform/html/language.ts'
import { renderPage } from '../../platform/html/render-page.ts'
import { stringsIn } from '../../platform/html/strings/strings.ts'
import type { Theme } from '../../platform/html/theme.ts'

export interface EmailProofPage {
  /** Where the form is posted to: a path on this origin. */
  readonly action: string
  /** Of the link, carried along as `secret`. */
  readonly secret: string
  readonly email: string
  /** Of the account that wants it. */
  readonly username: string
  readonly language: Language
  readonly theme: Theme
}

/** Renders the address that an account is to have, and the button that says it is one's own. */
export function renderEmailProofPage(page: EmailProofPage): string {
  const { action, secret, email, username, language, theme } = page
  const { accountEmail: strings, mails } = stringsIn(language)
  const body = html`<h1>${strings.confirmTitle}</h1>
<p><strong><bdi>${email}</bdi></strong></p>
<p>${strings.confirmLead}</p>
<p>${mails.account}: <bdi id="username">${username}</bdi></p>
<form method="post" action="${action}">
<input type="hidden" name="secret" value="${secret}">
<button type="submit">${strings.confirm}</button>
</form>`
  return renderPage({ title: strings.confirmTitle, language, theme, body })
}

export interface ProvedEmailPage {
  /** A path on this origin. */
  readonly accountPath: string
  readonly language: Language
  readonly theme: Theme
}

/** Renders that the address is the account's. */
export function renderProvedEmailPage({ accountPath, language, theme }: ProvedEmailPage): string {
  const strings = stringsIn(language).accountEmail
  const body = html`<h1>${strings.done}</h1>
<p>${strings.doneLead}</p>
<p><a href="${accountPath}">${strings.toAccount}</a></p>`
  return renderPage({ title: strings.done, language, theme, body })
}
