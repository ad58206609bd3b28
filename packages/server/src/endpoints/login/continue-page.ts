import { html } from '../../platform/html/html.ts'
import type { Language } from '../../platform/html/language.ts'
import { renderPage } from '../../platform/html/render-page.ts'
import { stringsIn } from '../../platform/html/strings/strings.ts'
import type { Theme } from '../../platform/html/theme.ts'

export interface ContinuePage {
  /** Where what waits goes on: a path on this origin. */
  readonly url: string
  readonly language: Language
  readonly theme: Theme
}

/** Renders that the link of a mail has signed somebody in, and both ways to go on. */
export function renderContinuePage({ url, language, theme }: ContinuePage): string {
  const { codes: strings, authorization } = stringsIn(language)
  const body = html`<h1>${strings.signedIn}</h1>
<p>${strings.goBack}</p>
<p><a id="onward" href="${url}">${authorization.continue}</a></p>`
  return renderPage({ title: strings.signedIn, language, theme, body })
}
