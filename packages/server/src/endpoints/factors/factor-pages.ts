import { html } from '../../platform/html/html.ts'
import type { Language } from '../../platform/html/language.ts'
import { renderPage } from '../../platform/html/render-page.ts'
import { stringsIn } from '../../platform/html/strings/strings.ts'
import type { Theme } from '../../platform/html/theme.ts'
import { type AccountFrame, renderAccountFrame } from '../render-account-frame.ts'
import { renderRecoveryCodes, type ShownRecoveryCodes } from './render-recovery-codes.ts'
import { renderTotpForm, type TotpForm } from './render-totp-form.ts'

type InAccount = Pick<AccountFrame, 'urls' | 'theme'>

/** Renders the page of the account area that adds an app. */
export function renderTotpPage(page: TotpForm & InAccount): string {
  const title = stringsIn(page.language).factors.addApp
  return renderAccountFrame({ ...page, title, area: 'security', isBelow: true, body: renderTotpForm(page) })
}

/** Renders the page of the account area that shows recovery codes. */
export function renderRecoveryCodesPage(page: ShownRecoveryCodes & InAccount): string {
  const title = stringsIn(page.language).factors.codesTitle
  return renderAccountFrame({ ...page, title, area: 'security', isBelow: true, body: renderRecoveryCodes(page) })
}

export interface EnrolPage extends TotpForm {
  readonly username: string
  /** The app that the person signs in for. Absent: only this server. */
  readonly clientName?: string | undefined
  /** Where somebody else signs in. */
  readonly switchUrl: string
  readonly theme: Theme
}

/** Renders the page of a login that cannot do without a second factor. */
export function renderEnrolPage(page: EnrolPage): string {
  const { clientName, username, switchUrl, language, theme } = page
  const { factors: strings, secondFactor, authorization } = stringsIn(language)
  const body = html`<h1>${strings.addApp}</h1>
<p>${clientName === undefined ? strings.needed : strings.neededBy(clientName)}</p>
<p>${secondFactor.signingInAs} <bdi id="username">${username}</bdi>. <a href="${switchUrl}">${authorization.switchAccount}</a></p>
${renderTotpForm(page)}`
  return renderPage({ title: strings.addApp, language, theme, body })
}

/** Renders the recovery codes of an account that has got a factor while it signed in. */
export function renderEnrolledPage(
  page: ShownRecoveryCodes & { readonly language: Language; readonly theme: Theme },
): string {
  const { language, theme } = page
  const title = stringsIn(language).factors.codesTitle
  return renderPage({ title, language, theme, body: html`<h1>${title}</h1>\n${renderRecoveryCodes(page)}` })
}
