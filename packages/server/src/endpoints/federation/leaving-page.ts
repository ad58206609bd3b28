import { html } from '../../platform/html/html.ts'
import type { Language } from '../../platform/html/language.ts'
import { renderPage } from '../../platform/html/render-page.ts'
import { stringsIn } from '../../platform/html/strings/strings.ts'
import type { Theme } from '../../platform/html/theme.ts'

export interface LeavingPage {
  /** Of the upstream, or of the app that waits. */
  readonly name: string
  readonly url: string
  readonly language: Language
  readonly theme: Theme
}

/** Renders what stands in a browser that doesn't go on by itself. */
export function renderLeavingPage({ name, url, language, theme }: LeavingPage): string {
  const strings = stringsIn(language)
  const title = strings.federation.leaving(name)
  const body = html`<h1>${title}</h1>
<p><a id="onward" href="${url}">${strings.authorization.continue}</a></p>`
  return renderPage({ title, language, theme, body })
}
