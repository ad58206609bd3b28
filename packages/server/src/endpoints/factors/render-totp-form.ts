import type { ShownTotp } from '../../domain/totp/totp-enrolment.ts'
import { type Html, html } from '../../platform/html/html.ts'
import type { Language } from '../../platform/html/language.ts'
import { renderProblem } from '../../platform/html/render-problem.ts'
import { stringsIn } from '../../platform/html/strings/strings.ts'

export interface TotpForm {
  /** Where it is posted to: a path on this origin. */
  readonly action: string
  readonly app: ShownTotp
  /** The secret, sealed, for the form to carry. */
  readonly sealed: string
  /** What else it carries. */
  readonly fields?: Html | undefined
  readonly isWrong: boolean
  readonly language: Language
}

/** Renders what an authenticator app is shown, and the form for its first code: fields `enrolment` and `code`. */
export function renderTotpForm({ action, app, sealed, fields, isWrong, language }: TotpForm): Html {
  const strings = stringsIn(language).factors
  const { path, side } = app.qr
  const invalid = isWrong ? html` aria-describedby="problem" aria-invalid="true"` : undefined
  return html`${isWrong ? renderProblem('problem', strings.wrongCode) : undefined}<p>${strings.scan}</p>
<svg class="qr" role="img" aria-label="${strings.qr}" viewBox="0 0 ${side} ${side}" shape-rendering="crispEdges"><path d="${path}"/></svg>
<p>${strings.orType} <a href="${app.uri}">${strings.openApp}</a></p>
<p><code id="totp-secret" dir="ltr">${app.secretText}</code></p>
<form method="post" action="${action}">
<input type="hidden" name="enrolment" value="${sealed}">
${fields}<div class="field">
<label for="code">${strings.firstCode}</label>
<input class="user-code" id="code" name="code" type="text" inputmode="numeric" autocomplete="one-time-code" spellcheck="false" dir="ltr" maxlength="16" required${invalid}>
</div>
<button type="submit">${strings.turnOn}</button>
</form>
`
}
