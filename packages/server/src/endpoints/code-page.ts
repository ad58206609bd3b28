import { html } from '../platform/html/html.ts'
import type { Language } from '../platform/html/language.ts'
import { relativeTime } from '../platform/html/relative-time.ts'
import { renderPage } from '../platform/html/render-page.ts'
import { renderProblem } from '../platform/html/render-problem.ts'
import { stringsIn } from '../platform/html/strings/strings.ts'
import type { Theme } from '../platform/html/theme.ts'
import { renderReturnTo } from './with-return-to.ts'

/** Why the form is shown again. */
export type CodeProblem =
  | { readonly reason: 'wrong' | 'over' | 'used' }
  | { readonly reason: 'throttled'; readonly retryAfterSeconds: number }

export interface CodePage {
  /** Where the form is posted to: a path on this origin. */
  readonly action: string
  /** The challenge that began here, carried along as `challenge`. */
  readonly challenge: string
  /** The checked return address, carried along as `return_to`. Absent: none. */
  readonly returnTo?: string | undefined
  /** What was sent, and that the code is to be entered. Default: only the latter. */
  readonly lead?: string | undefined
  /** Where another mail is asked for: a path on this origin. */
  readonly againPath: string
  readonly problem?: CodeProblem | undefined
  readonly language: Language
  readonly theme: Theme
}

/** Renders the form for the code of a mail: fields `code`, `challenge` and `return_to`. */
export function renderCodePage(page: CodePage): string {
  const { action, challenge, returnTo, againPath, problem, language, theme } = page
  const { codes: strings, authorization } = stringsIn(language)
  const told = problem === undefined ? undefined : renderProblem('problem', codeProblemSentence(problem, language))
  const invalid = problem !== undefined && problem.reason !== 'throttled' ? html` aria-invalid="true"` : undefined
  const described = problem === undefined ? html` aria-describedby="lead"` : html` aria-describedby="problem"${invalid}`
  const body = html`<h1>${strings.title}</h1>
<p id="lead">${page.lead ?? strings.lead}</p>
${told}<form method="post" action="${action}">
<input type="hidden" name="challenge" value="${challenge}">
${renderReturnTo(returnTo)}<div class="field">
<label for="code">${strings.code}</label>
<input class="user-code" id="code" name="code" type="text" autocomplete="one-time-code" autocapitalize="characters" spellcheck="false" dir="ltr" maxlength="64" required${described} autofocus>
</div>
<button type="submit">${authorization.continue}</button>
</form>
<p class="after"><a href="${againPath}">${strings.again}</a></p>`
  return renderPage({ title: strings.title, language, theme, body })
}

function codeProblemSentence(problem: CodeProblem, language: Language): string {
  const { codes, login } = stringsIn(language)
  if (problem.reason !== 'throttled') return codes[problem.reason]
  return login.throttledUntil(relativeTime(problem.retryAfterSeconds, language))
}
