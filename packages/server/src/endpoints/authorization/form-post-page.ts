import { createHash } from 'node:crypto'
import { html, trustThisMarkupUnescaped } from '../../platform/html/html.ts'
import type { Language } from '../../platform/html/language.ts'
import { renderPage } from '../../platform/html/render-page.ts'
import { stringsIn } from '../../platform/html/strings/strings.ts'
import type { Theme } from '../../platform/html/theme.ts'

const script = 'document.forms[0].submit()'
const scriptElement = trustThisMarkupUnescaped(`<script>${script}</script>`)

/** What the content security policy must allow for the page to send itself. */
export const formPostScriptSource: string = `'sha256-${createHash('sha256').update(script).digest('base64')}'`

export interface FormPostPage {
  readonly redirectUri: string
  readonly parameters: Readonly<Record<string, string>>
  readonly language: Language
  readonly theme: Theme
}

/** Renders the answer to a client as a form that sends itself; without scripts a button does. @see OAuth 2.0 Form Post Response Mode §2 */
export function renderFormPostPage({ redirectUri, parameters, language, theme }: FormPostPage): string {
  const strings = stringsIn(language).authorization
  const fields = Object.entries(parameters).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">\n`,
  )
  const body = html`<h1>${strings.returning}</h1>
<form method="post" action="${redirectUri}">
${fields}<button type="submit">${strings.continue}</button>
</form>
${scriptElement}`
  return renderPage({ title: strings.returning, language, theme, body })
}
