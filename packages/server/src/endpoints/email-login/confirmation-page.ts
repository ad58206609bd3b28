import { html } from '../../platform/html/html.ts'
import type { Language } from '../../platform/html/language.ts'
import { renderPage } from '../../platform/html/render-page.ts'
import { stringsIn } from '../../platform/html/strings/strings.ts'
import type { Theme } from '../../platform/html/theme.ts'

export interface ConfirmationPage {
  /** Where the form is posted to: a path on this origin. */
  readonly action: string
  /** Of the link, carried along as `secret`. */
  readonly secret: string
  /** Who is signed in by it. */
  readonly username: string
  readonly language: Language
  readonly theme: Theme
}

/** Renders who is about to be signed in, and the button that does it. */
export function renderConfirmationPage({ action, secret, username, language, theme }: ConfirmationPage): string {
  const strings = stringsIn(language).emailLogin
  const body = html`<h1>${strings.title}</h1>
<p>${strings.confirmLead} <strong><bdi>${username}</bdi></strong></p>
<form method="post" action="${action}">
<input type="hidden" name="secret" value="${secret}">
<button type="submit">${strings.confirm}</button>
</form>`
  return renderPage({ title: strings.title, language, theme, body })
}
