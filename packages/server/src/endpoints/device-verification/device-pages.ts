import { html } from '../../platform/html/html.ts'
import type { Language } from '../../platform/html/language.ts'
import { relativeTime } from '../../platform/html/relative-time.ts'
import { renderPage } from '../../platform/html/render-page.ts'
import { renderProblem } from '../../platform/html/render-problem.ts'
import { stringsIn } from '../../platform/html/strings/strings.ts'
import type { Theme } from '../../platform/html/theme.ts'
import { type AskedScopes, renderScopes } from '../render-scopes.ts'
import { renderUnverified } from '../render-unverified.ts'

export interface UserCodePage {
  /** Where the form is posted to: a path on this origin. */
  readonly action: string
  /** What was typed, or what the link had; empty when nothing. */
  readonly typed: string
  /** Why the form is shown again. */
  readonly problem?: UserCodeProblem | undefined
  readonly language: Language
  readonly theme: Theme
}

export type UserCodeProblem =
  | { readonly reason: 'unknown' }
  | { readonly reason: 'throttled'; readonly retryAfterSeconds: number }

/** Renders the form for the code that a device shows: field `user_code`. */
export function renderUserCodePage({ action, typed, problem, language, theme }: UserCodePage): string {
  const { device: strings, authorization } = stringsIn(language)
  const told = problem === undefined ? undefined : renderProblem('problem', problemSentence(problem, language))
  const invalid = problem?.reason === 'unknown' ? html` aria-invalid="true"` : undefined
  const described = problem === undefined ? html` aria-describedby="lead"` : html` aria-describedby="problem"${invalid}`
  const body = html`<h1>${strings.title}</h1>
<p id="lead">${strings.lead}</p>
${told}<form method="post" action="${action}">
<div class="field">
<label for="user_code">${strings.code}</label>
<input class="user-code" id="user_code" name="user_code" type="text" value="${typed}" autocomplete="off" autocapitalize="characters" spellcheck="false" dir="ltr" maxlength="64" required${described} autofocus>
</div>
<button type="submit">${authorization.continue}</button>
</form>`
  return renderPage({ title: strings.title, language, theme, body })
}

function problemSentence(problem: UserCodeProblem, language: Language): string {
  const { device, login } = stringsIn(language)
  if (problem.reason === 'unknown') return device.unknown
  return login.throttledUntil(relativeTime(problem.retryAfterSeconds, language))
}

export interface DeviceConfirmationPage extends AskedScopes {
  readonly clientName: string
  /** Whether the app registered itself. */
  readonly isUnverified: boolean
  /** Whose session it is. */
  readonly username: string
  readonly accountId: string
  /** As people read it. */
  readonly userCode: string
  /** Where the device asked from. */
  readonly network: string
  /** Where the answer is posted to: a path on this origin. */
  readonly action: string
  /** Where somebody else signs in. */
  readonly switchUrl: string
  readonly theme: Theme
}

/** Renders which app on which device asks for what, the code once more, and the two buttons. @see RFC 8628 §3.3.1, §5.4 */
export function renderDeviceConfirmationPage(page: DeviceConfirmationPage): string {
  const { clientName, language, theme } = page
  const { device: strings, authorization } = stringsIn(language)
  const title = authorization.title(clientName)
  const body = html`<h1>${title}</h1>
<p>${strings.sameCode} <bdi class="user-code" id="shown-code" dir="ltr">${page.userCode}</bdi></p>
<p class="problem"><span>${strings.warning}</span></p>
<p>${authorization.signedInAs} <bdi id="username">${page.username}</bdi>. <a href="${page.switchUrl}">${authorization.switchAccount}</a></p>
${renderUnverified(page)}${renderScopes(page)}<p class="muted">${strings.askedFrom} <bdi id="network">${page.network}</bdi></p>
<form method="post" action="${page.action}">
<input type="hidden" name="user_code" value="${page.userCode}">
<input type="hidden" name="account" value="${page.accountId}">
<button type="submit" name="decision" value="allow">${authorization.allow}</button>
<button class="quiet" type="submit" name="decision" value="deny">${authorization.deny}</button>
</form>`
  return renderPage({ title, language, theme, body })
}

export interface DecidedDevicePage {
  readonly isAllowed: boolean
  readonly clientName: string
  readonly language: Language
  readonly theme: Theme
}

/** Renders what was decided, and that it goes on at the device. */
export function renderDecidedDevicePage({ isAllowed, clientName, language, theme }: DecidedDevicePage): string {
  const strings = stringsIn(language).device
  const title = isAllowed ? strings.allowed : strings.denied
  const body = html`<h1>${title}</h1>
<p>${isAllowed ? strings.goBack(clientName) : strings.nothingHappened}</p>`
  return renderPage({ title, language, theme, body })
}
