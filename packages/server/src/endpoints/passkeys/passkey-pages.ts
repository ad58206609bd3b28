import type { Passkey } from '../../domain/passkeys/passkey.ts'
import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import { type Html, html } from '../../platform/html/html.ts'
import type { Language } from '../../platform/html/language.ts'
import { renderPastMoment } from '../../platform/html/relative-time.ts'
import { renderPage } from '../../platform/html/render-page.ts'
import { renderProblem } from '../../platform/html/render-problem.ts'
import { stringsIn } from '../../platform/html/strings/strings.ts'
import type { Theme } from '../../platform/html/theme.ts'
import type { IssuerUrls } from '../issuer-urls.ts'
import { passkeyScript } from '../passkey-script.ts'
import { type AreaPath, renderAccountFrame } from '../render-account-frame.ts'
import { renderPasskeyForm } from '../render-passkey-form.ts'
import { type PasskeySignals, renderPasskeySignals } from '../render-passkey-signals.ts'
import { renderReturnTo } from '../with-return-to.ts'

type PagePaths = Pick<IssuerUrls, AreaPath | 'accountPasskeysPath' | 'accountNewPasskeyPath'>
export type PasskeyProblem = 'lastWayIn' | 'badName'

export interface PasskeysPage {
  readonly urls: PagePaths
  readonly passkeys: readonly Passkey[]
  readonly problem?: PasskeyProblem | undefined
  /** Absent: there can be no passkeys here, or the account never was asked for one. */
  readonly signals?: PasskeySignals | undefined
  /** Whether a passkey can be made here. */
  readonly isAvailable: boolean
  readonly now: EpochMilliseconds
  readonly language: Language
  readonly theme: Theme
}

/** Renders a person's passkeys and what they can do with each: fields `passkey`, `act` and `name`. */
export function renderPasskeysPage(page: PasskeysPage): string {
  const { urls, passkeys, problem, signals, isAvailable, language, theme } = page
  const strings = stringsIn(language).passkeys
  const items = passkeys.map((passkey) => renderPasskey(passkey, page))
  const body = html`${problem && renderProblem('problem', strings[problem])}<p>${strings.purpose}</p>
${items.length === 0 ? html`<p class="muted">${strings.none}</p>\n` : html`<ul class="sessions">\n${items}</ul>\n`}${
  isAvailable
    ? html`<p><a href="${urls.accountNewPasskeyPath}">${strings.add}</a></p>\n`
    : html`<p>${strings.unavailable}</p>\n`
}${signals && renderPasskeySignals(signals)}`
  return renderAccountFrame({ title: strings.title, area: 'security', isBelow: true, urls, language, theme, body })
}

function renderPasskey(passkey: Passkey, { urls, now, language }: PasskeysPage): Html {
  const strings = stringsIn(language).passkeys
  const { id, name, createdAt, usedAt, suspendedAt, isBackupEligible } = passkey
  const action = urls.accountPasskeysPath
  const used =
    usedAt === undefined ? strings.neverUsed : html`${strings.used} ${renderPastMoment(usedAt, now, language)}`
  const act = (word: string, label: string) =>
    html`<form method="post" action="${action}"><input type="hidden" name="passkey" value="${id}"><input type="hidden" name="act" value="${word}"><button class="quiet" type="submit">${label}</button></form>
`
  return html`<li><p><bdi>${name}</bdi></p>
<p class="muted">${strings.added} ${renderPastMoment(createdAt, now, language)} · ${used} · ${isBackupEligible ? strings.synced : strings.onOneDevice}</p>
${suspendedAt === undefined ? undefined : html`<p>${strings.suspended}</p>\n${act('resume', strings.resume)}`}<details>
<summary>${strings.rename}</summary>
<form method="post" action="${action}">
<input type="hidden" name="passkey" value="${id}"><input type="hidden" name="act" value="rename">
<label for="name-${id}">${strings.name}</label>
<input id="name-${id}" name="name" type="text" value="${name}" maxlength="128" autocomplete="off" dir="auto" required>
<button class="quiet" type="submit">${strings.saveName}</button>
</form>
</details>
${act('remove', strings.remove)}</li>
`
}

export interface NewPasskeyPage {
  readonly urls: PagePaths
  /** JSON of what the authenticator is asked. */
  readonly options: string
  /** Whether one was sent and could not be taken. */
  readonly isRefused: boolean
  readonly language: Language
  readonly theme: Theme
}

/** Renders the page that makes a passkey. */
export function renderNewPasskeyPage({ urls, options, isRefused, language, theme }: NewPasskeyPage): string {
  const strings = stringsIn(language).passkeys
  const form = { action: urls.accountNewPasskeyPath, act: 'create', options, label: strings.add, isMain: true } as const
  const body = html`${isRefused && renderProblem('problem', strings.notTaken)}<p>${strings.addLead}</p>
<p data-no-passkeys>${strings.needsScript}</p>
${renderPasskeyForm({ ...form, language })}<p><a href="${urls.accountPasskeysPath}">${strings.backToPasskeys}</a></p>
${passkeyScript.element}`
  return renderAccountFrame({ title: strings.add, area: 'security', isBelow: true, urls, language, theme, body })
}

export interface PasskeyOfferPage {
  readonly action: string
  readonly returnTo: string | undefined
  /** JSON of what the authenticator is asked when the person wants it. */
  readonly options: string
  /** JSON of what it is asked at once, where the browser can make a passkey without asking. Absent: nothing. */
  readonly conditional: string | undefined
  readonly isRefused: boolean
  readonly language: Language
  readonly theme: Theme
}

/** Renders the offer of a passkey, after a login with a password. "Not now" sends the form without a credential. */
export function renderPasskeyOfferPage(page: PasskeyOfferPage): string {
  const { action, returnTo, options, conditional, isRefused, language, theme } = page
  const strings = stringsIn(language).passkeys
  const form = { action, act: 'create', options, conditional, label: strings.add, isMain: true } as const
  const body = html`<h1>${strings.offerTitle}</h1>
${isRefused && renderProblem('problem', strings.notTaken)}<p>${strings.offerLead}</p>
${renderPasskeyForm({ ...form, fields: { return_to: returnTo }, language })}<form method="post" action="${action}">
${renderReturnTo(returnTo)}<button class="quiet" type="submit">${strings.notNow}</button>
</form>
${passkeyScript.element}`
  return renderPage({ title: strings.offerTitle, language, theme, body })
}
