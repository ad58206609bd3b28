import type { NoticeKind } from '../../domain/mails/mail.ts'
import { html } from '../../platform/html/html.ts'
import type { Language } from '../../platform/html/language.ts'
import { renderPage } from '../../platform/html/render-page.ts'
import { stringsIn } from '../../platform/html/strings/strings.ts'
import type { Theme } from '../../platform/html/theme.ts'

export interface LockPage {
  readonly username: string
  readonly notice: NoticeKind
  readonly secret: string
  readonly action: string
  readonly language: Language
  readonly theme: Theme
}

/** Renders the question whether to lock. */
export function renderLockPage({ username, notice, secret, action, language, theme }: LockPage): string {
  const { accountLock: strings, mails } = stringsIn(language)
  const body = html`<h1>${strings.title}</h1>
<p>${mails.account}: <bdi id="username">${username}</bdi></p>
<p>${mails.notices[notice].lead}</p>
<p>${strings.effect}</p>
<form method="post" action="${action}">
<input type="hidden" name="secret" value="${secret}">
<button type="submit">${strings.submit}</button>
</form>
<p class="muted">${strings.otherwise}</p>`
  return renderPage({ title: strings.title, language, theme, body })
}

export interface LockedPage {
  readonly isRecoverable: boolean
  readonly loginPath: string
  readonly language: Language
  readonly theme: Theme
}

/** Renders that it is locked, and how its owner gets in again. */
export function renderLockedPage({ isRecoverable, loginPath, language, theme }: LockedPage): string {
  const strings = stringsIn(language).accountLock
  const next = isRecoverable
    ? html`<p>${strings.recover}</p>
<p><a href="${loginPath}">${strings.toLogin}</a></p>`
    : html`<p>${strings.askOperator(theme.name)}</p>`
  const body = html`<h1>${strings.done}</h1>
<p>${strings.ended}</p>
${next}`
  return renderPage({ title: strings.done, language, theme, body })
}

/** Renders that a link locks nothing (any more). */
export function renderLockOverPage({ loginPath, language, theme }: Omit<LockedPage, 'isRecoverable'>): string {
  const strings = stringsIn(language).accountLock
  const body = html`<h1>${strings.over}</h1>
<p>${strings.overReason}</p>
<p><a href="${loginPath}">${strings.toLogin}</a></p>`
  return renderPage({ title: strings.over, language, theme, body })
}
