import { html } from './html.ts'
import type { Language } from './language.ts'
import { renderPage } from './render-page.ts'
import { errorWords, stringsIn } from './strings/strings.ts'
import type { Theme } from './theme.ts'

export interface ErrorPage {
  /** The HTTP status of the answer: 400 to 599. */
  readonly status: number
  /** What happened, in the page's language. Absent: the words of the status. */
  readonly sentence?: string | undefined
  /** Under which the log explains what happened. Absent: nothing to look up. */
  readonly incidentId?: string | undefined
  readonly language: Language
  readonly theme: Theme
}

/** Renders what went wrong, for a browser: a page that says what a program gets as JSON. */
export function renderErrorPage({ status, sentence, incidentId, language, theme }: ErrorPage): string {
  const words = errorWords(status, language)
  const incident =
    incidentId === undefined
      ? undefined
      : html`<div><dt>${stringsIn(language).error.incident}</dt><dd><code dir="ltr">${incidentId}</code></dd></div>\n`
  const body = html`<h1>${words.title}</h1>
<p>${sentence ?? words.sentence}</p>
<dl>
${incident}<div><dt>${stringsIn(language).error.status}</dt><dd><code dir="ltr">HTTP ${status}</code></dd></div>
</dl>`
  return renderPage({ title: words.title, language, theme, body })
}
