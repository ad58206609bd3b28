import { html } from '../../platform/html/html.ts'
import type { Language } from '../../platform/html/language.ts'
import { renderPage } from '../../platform/html/render-page.ts'
import { renderProblem } from '../../platform/html/render-problem.ts'
import { stringsIn } from '../../platform/html/strings/strings.ts'
import type { Theme } from '../../platform/html/theme.ts'
import { renderNewPassword, renderPasswordOwner } from '../render-new-password.ts'

export interface NewPasswordPage {
  /** Where the form is posted to: a path on this origin. */
  readonly action: string
  /** Of the link, or what its code gave; carried along as `secret`. */
  readonly secret: string
  /** Whose password it is. */
  readonly username: string
  /** The sentence why it is shown again. */
  readonly problem?: string | undefined
  readonly language: Language
  readonly theme: Theme
}

/** Renders the form for the new password: fields `password` and `secret`. */
export function renderNewPasswordPage({ action, secret, username, problem, language, theme }: NewPasswordPage): string {
  const strings = stringsIn(language).recovery
  const attributes =
    problem === undefined
      ? html` aria-describedby="password-hint" autofocus`
      : html` aria-describedby="problem password-hint" aria-invalid="true" autofocus`
  const body = html`<h1>${strings.newTitle}</h1>
${problem === undefined ? undefined : renderProblem('problem', problem)}<form method="post" action="${action}">
<input type="hidden" name="secret" value="${secret}">
${renderPasswordOwner(username, language)}${renderNewPassword(language, attributes)}<p class="muted">${strings.effect}</p>
<button type="submit">${strings.set}</button>
</form>`
  return renderPage({ title: strings.newTitle, language, theme, body })
}
