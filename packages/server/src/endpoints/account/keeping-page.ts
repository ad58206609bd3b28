import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import { html } from '../../platform/html/html.ts'
import type { Language } from '../../platform/html/language.ts'
import { renderPage } from '../../platform/html/render-page.ts'
import { stringsIn } from '../../platform/html/strings/strings.ts'
import type { Theme } from '../../platform/html/theme.ts'
import type { IssuerUrls } from '../issuer-urls.ts'
import { renderDay } from './render-day.ts'

export interface KeepingPage {
  readonly username: string
  readonly deleteAfter: EpochMilliseconds
  readonly urls: Pick<IssuerUrls, 'accountKeepingPath'>
  readonly language: Language
  readonly theme: Theme
}

/** Renders the question to who signs in to an account that is to be deleted. */
export function renderKeepingPage({ username, deleteAfter, urls, language, theme }: KeepingPage): string {
  const strings = stringsIn(language).deletion
  const title = strings.keepTitle
  const body = html`<h1>${title}</h1>
<p><bdi id="username">${username}</bdi></p>
<p>${strings.deletedOn(renderDay(deleteAfter, language))} ${strings.keepLead}</p>
<form method="post" action="${urls.accountKeepingPath}">
<button type="submit" name="decision" value="keep">${strings.keep}</button>
<button class="quiet" type="submit" name="decision" value="leave">${strings.letGo}</button>
</form>`
  return renderPage({ title, language, theme, body })
}

export interface DeletionNoticePage {
  /** Absent: it is gone. */
  readonly deleteAfter?: EpochMilliseconds | undefined
  readonly urls: Pick<IssuerUrls, 'loginPath'>
  readonly language: Language
  readonly theme: Theme
}

/** Renders that an account is to be deleted, and until when it can be kept; or that there is nothing to keep any more. */
export function renderDeletionNoticePage({ deleteAfter, urls, language, theme }: DeletionNoticePage): string {
  const strings = stringsIn(language).deletion
  const [title, sentence] =
    deleteAfter === undefined
      ? [strings.overTitle, strings.over]
      : [strings.doneTitle, `${strings.deletedOn(renderDay(deleteAfter, language))} ${strings.done}`]
  const body = html`<h1>${title}</h1>
<p>${sentence}</p>
<p><a href="${urls.loginPath}">${stringsIn(language).login.title}</a></p>`
  return renderPage({ title, language, theme, body })
}
