import { html } from '../../platform/html/html.ts'
import type { Language } from '../../platform/html/language.ts'
import { renderPage } from '../../platform/html/render-page.ts'
import { renderProblem } from '../../platform/html/render-problem.ts'
import { stringsIn } from '../../platform/html/strings/strings.ts'
import type { Theme } from '../../platform/html/theme.ts'

export interface LinkPage {
  /** The upstream's. */
  readonly name: string
  /** As the upstream has verified it. */
  readonly email: string
  /** Carried along as `link`. */
  readonly link: string
  /** A path here. */
  readonly action: string
  /** The sentence why it is shown again. Absent: it is shown for the first time. */
  readonly problem?: string | undefined
  readonly language: Language
  readonly theme: Theme
}

/** Renders what is about to be connected, and asks for the password of the account: field `password`. The address is for password managers. */
export function renderLinkPage({ name, email, link, action, problem, language, theme }: LinkPage): string {
  const strings = stringsIn(language)
  const title = strings.federation.linkTitle(name)
  const described = problem === undefined ? undefined : html` aria-describedby="problem"`
  const body = html`<h1>${title}</h1>
<p>${strings.federation.linkReason(name)}</p>
${problem === undefined ? undefined : renderProblem('problem', problem)}
<form method="post" action="${action}">
<input type="hidden" name="link" value="${link}">
<div class="field">
<label for="email">${strings.account.email}</label>
<input id="email" name="username" type="text" value="${email}" autocomplete="username" readonly dir="auto">
</div>
<div class="field">
<label for="password">${strings.login.password}</label>
<input id="password" name="password" type="password" autocomplete="current-password" required autofocus${described}>
</div>
<button type="submit">${strings.federation.linkSubmit}</button>
</form>`
  return renderPage({ title, language, theme, body })
}
