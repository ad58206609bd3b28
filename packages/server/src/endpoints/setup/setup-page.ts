import { type Html, html } from '../../platform/html/html.ts'
import type { Language } from '../../platform/html/language.ts'
import { renderPage } from '../../platform/html/render-page.ts'
import { renderProblem } from '../../platform/html/render-problem.ts'
import { stringsIn } from '../../platform/html/strings/strings.ts'
import type { Theme } from '../../platform/html/theme.ts'
import { renderNewPassword } from '../render-new-password.ts'

export type SetupField = 'code' | 'username' | 'email' | 'password'

export interface SetupPage {
  /** Where the form is posted to: a path on this origin. */
  readonly action: string
  /** What was typed. Absent: nothing was yet. */
  readonly typed?: { readonly code: string; readonly username: string; readonly email: string } | undefined
  /** The sentence why it is shown again, and which field it is about. */
  readonly problem?: { readonly sentence: string; readonly about: SetupField } | undefined
  readonly language: Language
  readonly theme: Theme
}

/** Renders the form that makes the first administrator: fields `code`, `username`, `email` and `password`. */
export function renderSetupPage({ action, typed, problem, language, theme }: SetupPage): string {
  const { setup: strings, login, signUp } = stringsIn(language)
  const about = (field: SetupField, hint?: string) => describe(field, hint, problem?.about)
  const body = html`<h1>${strings.title}</h1>
<p>${strings.lead}</p>
${problem && renderProblem('problem', problem.sentence)}<form method="post" action="${action}">
<div class="field">
<label for="code">${strings.code}</label>
<input class="user-code" id="code" name="code" type="text" value="${typed?.code}" autocomplete="off" autocapitalize="characters" spellcheck="false" dir="ltr" maxlength="64" required${about('code', 'code-hint')}${problem === undefined && html` autofocus`}>
<p class="hint" id="code-hint">${strings.codeHint}</p>
</div>
<div class="field">
<label for="username">${login.username}</label>
<input id="username" name="username" type="text" value="${typed?.username}" autocomplete="username" autocapitalize="none" spellcheck="false" dir="auto" required${about('username')}>
</div>
<div class="field">
<label for="email">${signUp.field}</label>
<input id="email" name="email" type="email" value="${typed?.email}" autocomplete="email" dir="auto" required${about('email')}>
</div>
${renderNewPassword(language, about('password', 'password-hint'))}<button type="submit">${strings.submit}</button>
</form>`
  return renderPage({ title: strings.title, language, theme, body })
}

function describe(field: SetupField, hint: string | undefined, wrong: SetupField | undefined): Html {
  const isWrong = field === wrong
  const ids = [isWrong && 'problem', hint].filter(Boolean).join(' ')
  return html`${ids !== '' && html` aria-describedby="${ids}"`}${isWrong && html` aria-invalid="true" autofocus`}`
}
