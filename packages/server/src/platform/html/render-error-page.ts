import { html } from './html.ts'
import type { Language } from './language.ts'
import { renderPage } from './render-page.ts'
import { errorWords, stringsIn } from './strings/strings.ts'
import type { Theme } from './theme.ts'

export interface ErrorPage {
  /** The HTTP status of the answer: 400 to 599. */
  readonly status: number
  /** English, as in the JSON answer. Absent: the words of the status, in the page's language. */
  readonly title?: string | undefined
  /** English, as in the JSON answer. Absent: the words of the status, in the page's language. */
  readonly sentence?: string | undefined
  /** Under which the log explains what happened. Absent: nothing to look up. */
  readonly incidentId?: string | undefined
  readonly language: Language
  readonly theme: Theme
}

/** Renders what went wrong, for a browser, in the words that a program gets as JSON. */
export function renderErrorPage({ status, title, sentence, incidentId, language, theme }: ErrorPage): string {
  const words = errorWords(status, language)
  const incident =
    incidentId === undefined
      ? undefined
      : html`<div><dt>${stringsIn(language).error.incident}</dt><dd><code dir="ltr">${incidentId}</code></dd></div>\n`
  const body = html`<h1${inEnglish(title, language)}>${title ?? words.title}</h1>
<p${inEnglish(sentence, language)}>${sentence ?? words.sentence}</p>
<dl>
${incident}<div><dt>${stringsIn(language).error.status}</dt><dd><code dir="ltr">HTTP ${status}</code></dd></div>
</dl>`
  return renderPage({ title: title ?? words.title, language, theme, body })
}

// WCAG 2.2, success criterion 3.1.2: a passage in another language is marked as such.
function inEnglish(given: string | undefined, language: Language) {
  return given === undefined || language === 'en' ? undefined : html` lang="en" dir="ltr"`
}
