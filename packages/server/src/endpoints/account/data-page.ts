import type { DeletionEffects } from '../../domain/personal-data/request-deletion.ts'
import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import { html } from '../../platform/html/html.ts'
import { renderProblem } from '../../platform/html/render-problem.ts'
import { stringsIn } from '../../platform/html/strings/strings.ts'
import type { IssuerUrls } from '../issuer-urls.ts'
import { type AccountFrame, renderAccountFrame } from '../render-account-frame.ts'
import { renderDay } from './render-day.ts'

export interface DataPage extends Pick<AccountFrame, 'language' | 'theme'> {
  readonly urls: AccountFrame['urls'] & Pick<IssuerUrls, 'accountExportPath' | 'accountDeletionPath'>
}

/** Renders what a person can do with all that is kept of them: have it, or have it deleted. */
export function renderDataPage({ urls, language, theme }: DataPage): string {
  const strings = stringsIn(language)
  const title = strings.accountFrame.areas.data
  const body = html`<section><h2>${strings.accountData.exportTitle}</h2>
<p>${strings.accountData.exportLead}</p>
<form method="post" action="${urls.accountExportPath}">
<button class="quiet" type="submit">${strings.accountData.export}</button>
</form></section>
<section><h2>${strings.deletion.title}</h2>
<p>${strings.deletion.lead}</p>
<p><a href="${urls.accountDeletionPath}">${strings.deletion.title}</a></p></section>`
  return renderAccountFrame({ title, area: 'data', urls, language, theme, body })
}

export interface DeletionPage extends Pick<AccountFrame, 'language' | 'theme'> {
  readonly urls: AccountFrame['urls'] & Pick<IssuerUrls, 'accountDeletionPath' | 'accountDataPath'>
  readonly username: string
  readonly effects: DeletionEffects
  readonly now: EpochMilliseconds
  readonly deleteAfter: EpochMilliseconds
  /** What was typed and is not the user name. Absent: nothing was sent. */
  readonly typed?: string | undefined
}

/** Renders what deleting an account does, in numbers, and the form that asks for it: field `username`. */
export function renderDeletionPage(page: DeletionPage): string {
  const { urls, language, theme, effects, typed, deleteAfter } = page
  const strings = stringsIn(language).deletion
  const lines = [
    effects.sessions > 0 && strings.endsSessions(String(effects.sessions)),
    effects.apiKeys > 0 && strings.revokesKeys(String(effects.apiKeys)),
    effects.apps > 0 && strings.withdrawsApps(String(effects.apps)),
    deleteAfter > page.now
      ? `${strings.deletedOn(renderDay(deleteAfter, language))} ${strings.untilThen}`
      : strings.atOnce,
    strings.staysInLog,
  ].filter((line) => line !== false)
  const wrong = typed === undefined ? undefined : html` aria-invalid="true" aria-describedby="problem"`
  const body = html`${typed !== undefined && renderProblem('problem', strings.wrongName)}<ul class="scopes">
${lines.map((line) => html`<li>${line}</li>\n`)}</ul>
<form method="post" action="${urls.accountDeletionPath}">
<div class="field">
<label for="username">${strings.typeName} <bdi>${page.username}</bdi></label>
<input id="username" name="username" type="text" value="${typed}" autocomplete="off" autocapitalize="none" spellcheck="false" dir="auto" maxlength="320" required${wrong}>
</div>
<button class="danger" type="submit">${strings.submit}</button>
</form>
<p><a href="${urls.accountDataPath}">${strings.stay}</a></p>`
  return renderAccountFrame({ title: strings.title, area: 'data', isBelow: true, urls, language, theme, body })
}
