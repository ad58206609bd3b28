import { type Html, html } from '../../platform/html/html.ts'
import type { Language } from '../../platform/html/language.ts'
import { relativeTime } from '../../platform/html/relative-time.ts'
import { renderPage } from '../../platform/html/render-page.ts'
import { renderProblem } from '../../platform/html/render-problem.ts'
import { stringsIn } from '../../platform/html/strings/strings.ts'
import type { Theme } from '../../platform/html/theme.ts'
import { passkeyScript } from '../passkey-script.ts'
import { renderPasskeyForm } from '../render-passkey-form.ts'
import { renderReturnTo, withReturnTo } from '../with-return-to.ts'

/** Why the form is shown again: wrong together, a field left empty, too many attempts, too many hashes waiting, a passkey that was refused. */
export type LoginProblem = 'refused' | 'incomplete' | 'throttled' | 'busy' | 'passkey_refused'

export interface LoginPage {
  /** Where the form is posted to: a path on this origin. */
  readonly action: string
  /** The checked return address, carried along as `return_to`. Absent: none. */
  readonly returnTo?: string | undefined
  /** The app that the person signs in for. Absent: only this server. */
  readonly clientName?: string | undefined
  /** What was typed as user name, kept exactly. Absent: nothing was typed yet. */
  readonly username?: string | undefined
  /** Whether it is for who is signed in already. Default: no. */
  readonly isAnew?: boolean | undefined
  readonly problem?: LoginProblem | undefined
  /** With `throttled`: in how many whole seconds the next attempt counts. Absent: "a little". */
  readonly retryAfterSeconds?: number | undefined
  /** Where else the person may log in. Absent: nowhere. */
  readonly upstreams?: readonly { readonly id: string; readonly name: string }[] | undefined
  /** The path below which each upstream is begun. */
  readonly upstreamsPath?: string | undefined
  /** Where a forgotten password is replaced: a path on this origin. Absent: nowhere. */
  readonly recoveryPath?: string | undefined
  /** What a passkey is asked, and where its answer is posted to. Absent: there can be no passkeys here. */
  readonly passkey?: { readonly action: string; readonly options: string } | undefined
  /** Where somebody signs in by a mail: a path on this origin. Absent: nowhere. */
  readonly emailLoginPath?: string | undefined
  /** Where somebody without an account opens one: a path on this origin. Absent: nowhere. */
  readonly signUpPath?: string | undefined
  readonly language: Language
  readonly theme: Theme
}

/** Renders the form for user name and password: fields `username`, `password` and `return_to`. */
export function renderLoginPage(page: LoginPage): string {
  const { action, returnTo, username, passkey, language, theme } = page
  const { login: strings, recovery } = stringsIn(language)
  const sentence = problemSentence(page)
  const purpose = describePurpose(page)
  const body = html`<h1>${strings.title}</h1>
${purpose === undefined ? undefined : html`<p class="muted">${purpose}</p>\n`}${sentence === undefined ? undefined : renderProblem('problem', sentence)}
<form method="post" action="${action}">
${renderReturnTo(returnTo)}<div class="field">
<label for="username">${recovery.field}</label>
<input id="username" name="username" type="text" value="${username}" autocomplete="${passkey ? 'username webauthn' : 'username'}" autocapitalize="none" spellcheck="false" dir="auto" required${attributesAfterProblem(page)}${username ? undefined : autofocus}>
</div>
<div class="field">
<label for="password">${strings.password}</label>
<input id="password" name="password" type="password" autocomplete="current-password" required${attributesAfterProblem(page)}${username ? autofocus : undefined}>
</div>
${passkey && html`<input type="hidden" name="passkey_offer" value="">\n`}<button type="submit">${strings.submit}</button>
</form>
${renderPasskey(page)}${renderOtherWays(page)}${renderUpstreams(page)}${passkey && passkeyScript.element}`
  return renderPage({ title: strings.title, language, theme, body })
}

/** By autofill in the field of the user name, and by a button. */
function renderPasskey({ passkey, returnTo, language }: LoginPage): Html | undefined {
  if (passkey === undefined) return undefined
  const label = stringsIn(language).passkeys.signIn
  const fields = { return_to: returnTo }
  return renderPasskeyForm({ ...passkey, act: 'get', conditional: '', fields, label, language })
}

function describePurpose({ clientName, isAnew = false, language }: LoginPage): string | undefined {
  const { authorization, login } = stringsIn(language)
  if (clientName !== undefined) return authorization.toContinue(clientName)
  return isAnew ? login.anew : undefined
}

/** For who has no password, or not at hand, or no account. They keep the way back. */
function renderOtherWays({ recoveryPath, emailLoginPath, signUpPath, returnTo, language }: LoginPage): Html[] {
  const { login, emailLogin, signUp } = stringsIn(language)
  const ways = [
    [recoveryPath, login.forgotten],
    [emailLoginPath, emailLogin.title],
    [signUpPath, signUp.title],
  ] as const
  return ways.flatMap(([path, label]) =>
    path === undefined ? [] : [html`<p class="after"><a href="${withReturnTo(path, returnTo)}">${label}</a></p>\n`],
  )
}

/** Each a form of its own, so that it works without scripts. */
function renderUpstreams({ upstreams = [], upstreamsPath, returnTo, language }: LoginPage): Html[] {
  const { continueWith } = stringsIn(language).federation
  return upstreams.map(
    ({ id, name }) => html`<form method="post" action="${upstreamsPath}/${id}">
${renderReturnTo(returnTo)}<button class="quiet" type="submit">${continueWith(name)}</button>
</form>
`,
  )
}

const autofocus: Html = html` autofocus`

function attributesAfterProblem({ problem }: LoginPage): Html | undefined {
  if (problem === undefined) return undefined
  // Only a refusal blames what was typed; being too many or too fast does not make a field wrong.
  const invalid = problem === 'refused' || problem === 'incomplete'
  return html` aria-describedby="problem"${invalid ? html` aria-invalid="true"` : undefined}`
}

function problemSentence({ problem, retryAfterSeconds, language }: LoginPage): string | undefined {
  if (problem === undefined) return undefined
  const strings = stringsIn(language).login
  if (problem === 'passkey_refused') return stringsIn(language).passkeys.refused
  if (problem !== 'throttled' || retryAfterSeconds === undefined) return strings[problem]
  return strings.throttledUntil(relativeTime(retryAfterSeconds, language))
}
