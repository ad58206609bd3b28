import { html } from '../../platform/html/html.ts'
import type { Language } from '../../platform/html/language.ts'
import { renderPage } from '../../platform/html/render-page.ts'
import { renderProblem } from '../../platform/html/render-problem.ts'
import { stringsIn } from '../../platform/html/strings/strings.ts'
import type { Theme } from '../../platform/html/theme.ts'
import { renderNewPassword } from '../render-new-password.ts'

export interface NewAccountPage {
  /** Where the form is posted to: a path on this origin. */
  readonly action: string
  /** Of the link, or what its code gave; carried along as `secret`. */
  readonly secret: string
  /** That was proved. */
  readonly email: string
  /** What was typed. Absent: nothing was yet. */
  readonly username?: string | undefined
  /** The sentence why it is shown again, and which field it is about. */
  readonly problem?: { readonly sentence: string; readonly about: 'username' | 'password' } | undefined
  readonly language: Language
  readonly theme: Theme
}

/** Renders the form that opens an account: fields `username`, `password` and `secret`. */
export function renderNewAccountPage(page: NewAccountPage): string {
  const { action, secret, email, username, problem, language, theme } = page
  const strings = stringsIn(language).signUp
  const isWrong = (field: 'username' | 'password') => problem?.about === field
  const nameHints = html` aria-describedby="${isWrong('username') ? 'problem username-hint' : 'username-hint'}"`
  const passwordHints = html` aria-describedby="${isWrong('password') ? 'problem password-hint' : 'password-hint'}"`
  const invalid = html` aria-invalid="true" autofocus`
  const body = html`<h1>${strings.title}</h1>
${problem === undefined ? undefined : renderProblem('problem', problem.sentence)}<form method="post" action="${action}">
<input type="hidden" name="secret" value="${secret}">
<div class="field">
<label for="email">${strings.field}</label>
<input id="email" type="text" value="${email}" autocomplete="email" readonly dir="auto">
</div>
<div class="field">
<label for="username">${strings.username}</label>
<input id="username" name="username" type="text" value="${username}" autocomplete="username" autocapitalize="none" spellcheck="false" dir="auto"${nameHints}${isWrong('username') ? invalid : undefined}>
<p class="hint" id="username-hint">${strings.usernameHint}</p>
</div>
${renderNewPassword(language, html`${passwordHints}${isWrong('password') ? invalid : undefined}`)}<button type="submit">${strings.create}</button>
</form>`
  return renderPage({ title: strings.title, language, theme, body })
}
