import { html } from '../platform/html/html.ts'
import type { Language } from '../platform/html/language.ts'
import { renderPage } from '../platform/html/render-page.ts'
import { renderProblem } from '../platform/html/render-problem.ts'
import { type MailDoorWords, stringsIn } from '../platform/html/strings/strings.ts'
import type { Theme } from '../platform/html/theme.ts'
import { renderReturnTo, withReturnTo } from './with-return-to.ts'

export interface MailDoorPage {
  /** Where the form is posted to: a path on this origin. */
  readonly action: string
  readonly words: MailDoorWords
  /** What the field is called. */
  readonly field: 'login' | 'email'
  /** Where else one goes: a path on this origin. */
  readonly loginPath: string
  readonly returnTo?: string | undefined
  /** What was typed. Absent: nothing was yet. */
  readonly typed?: string | undefined
  /** The sentence why it is shown again. */
  readonly problem?: string | undefined
  readonly language: Language
  readonly theme: Theme
}

/** Renders the form that asks for a mail: the one field, and `return_to`. */
export function renderMailDoorPage(page: MailDoorPage): string {
  const { action, words, field, loginPath, returnTo, typed, problem, language, theme } = page
  const described = html` aria-describedby="${problem === undefined ? 'lead' : 'problem'}"`
  const kind =
    field === 'email'
      ? html`type="text" inputmode="email" autocomplete="email" dir="auto"`
      : html`type="text" autocomplete="username" dir="auto"`
  const body = html`<h1>${words.title}</h1>
<p id="lead">${words.lead}</p>
${problem === undefined ? undefined : renderProblem('problem', problem)}<form method="post" action="${action}">
${renderReturnTo(returnTo)}<div class="field">
<label for="${field}">${words.field}</label>
<input id="${field}" name="${field}" ${kind} value="${typed}" autocapitalize="none" spellcheck="false" required${described} autofocus>
</div>
<button type="submit">${words.submit}</button>
</form>
<p class="after"><a href="${withReturnTo(loginPath, returnTo)}">${stringsIn(language).codes.toLogin}</a></p>`
  return renderPage({ title: words.title, language, theme, body })
}
