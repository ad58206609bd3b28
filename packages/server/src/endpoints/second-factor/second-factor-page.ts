import type { Factor } from '../../domain/login/factor.ts'
import { html } from '../../platform/html/html.ts'
import type { Language } from '../../platform/html/language.ts'
import { relativeTime } from '../../platform/html/relative-time.ts'
import { renderPage } from '../../platform/html/render-page.ts'
import { renderProblem } from '../../platform/html/render-problem.ts'
import { stringsIn } from '../../platform/html/strings/strings.ts'
import type { Theme } from '../../platform/html/theme.ts'
import { passkeyScript } from '../passkey-script.ts'
import { factorSections, type StepFields } from './factor-sections.ts'

/** Why the page is shown again. */
export type SecondFactorProblem =
  | { readonly reason: 'refused'; readonly factor: Factor }
  | { readonly reason: 'throttled'; readonly retryAfterSeconds: number }

export interface SecondFactorPage extends StepFields {
  /** What the person may prove, the first as the one to begin with. */
  readonly factors: readonly Factor[]
  /** Who is signing in. */
  readonly username: string
  /** The app that the person signs in for. Absent: only this server. */
  readonly clientName?: string | undefined
  readonly mayRemember: boolean
  /** JSON of what a passkey is asked. Absent: none is. */
  readonly passkeyOptions?: string | undefined
  readonly problem?: SecondFactorProblem | undefined
  /** Where somebody else signs in. */
  readonly switchUrl: string
  readonly language: Language
  readonly theme: Theme
}

/** Renders one form for each factor: fields `factor`, `step`, `code` and `remember`. */
export function renderSecondFactorPage(page: SecondFactorPage): string {
  const { factors, username, clientName, problem, passkeyOptions, switchUrl, language, theme } = page
  const { secondFactor: strings, authorization, passkeys } = stringsIn(language)
  const refused = problem?.reason === 'refused' ? problem.factor : undefined
  const section = { ...page, refused, isProblem: problem !== undefined, isOnly: factors.length === 1 }
  const purpose =
    clientName === undefined ? undefined : html`<p class="muted">${authorization.toContinue(clientName)}</p>\n`
  const leads = { totp: strings.lead, passkey: passkeys.confirmLead, recovery_code: undefined } as const
  const lead = factors[0] === undefined ? strings.noneUsable(theme.name) : leads[factors[0]]
  const body = html`<h1>${strings.title}</h1>
${purpose}<p>${strings.signingInAs} <bdi id="username">${username}</bdi>. <a href="${switchUrl}">${authorization.switchAccount}</a></p>
${lead && html`<p>${lead}</p>\n`}${problem && renderProblem('problem', problemSentence(problem, language))}
${factors.map((factor) => factorSections[factor](section))}${passkeyOptions && passkeyScript.element}`
  return renderPage({ title: strings.title, language, theme, body })
}

function problemSentence(problem: SecondFactorProblem, language: Language): string {
  const { secondFactor, login, passkeys } = stringsIn(language)
  if (problem.reason === 'throttled') return login.throttledUntil(relativeTime(problem.retryAfterSeconds, language))
  if (problem.factor === 'passkey') return passkeys.refused
  return problem.factor === 'recovery_code' ? secondFactor.wrongRecoveryCode : secondFactor.wrongCode
}

export interface EndedStepPage {
  /** Where the person signs in anew. */
  readonly loginUrl: string
  readonly language: Language
  readonly theme: Theme
}

/** Renders that the login waits no longer, and the link that begins it anew. */
export function renderEndedStepPage({ loginUrl, language, theme }: EndedStepPage): string {
  const strings = stringsIn(language).secondFactor
  const body = html`<h1>${strings.ended}</h1>
<p>${strings.endedReason}</p>
<p><a href="${loginUrl}">${stringsIn(language).endSession.signInAgain}</a></p>`
  return renderPage({ title: strings.ended, language, theme, body })
}
