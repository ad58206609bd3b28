import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import { type Html, html } from '../../platform/html/html.ts'
import type { Language } from '../../platform/html/language.ts'
import { renderPastMoment } from '../../platform/html/relative-time.ts'
import { stringsIn } from '../../platform/html/strings/strings.ts'
import { type DescribedApi, describeScopes } from '../describe-scopes.ts'

/** An app that may act for the person. */
export interface ShownConsent {
  readonly clientId: string
  readonly clientName: string
  readonly scopes: readonly string[]
  /** That the scopes are of, besides those that tell who the person is; absent where there is none, or none any more. */
  readonly api: DescribedApi | undefined
  readonly grantedAt: EpochMilliseconds
}

export interface ConsentList {
  readonly consents: readonly ShownConsent[]
  /** Where "Withdraw access" is posted to: a path on this origin. */
  readonly consentsAction: string
  readonly now: EpochMilliseconds
  readonly language: Language
}

/** Renders which apps a person has allowed what, and the button that takes it back; nothing when there is none. */
export function renderConsents({ consents, consentsAction, now, language }: ConsentList): Html | undefined {
  if (consents.length === 0) return undefined
  const strings = stringsIn(language).authorization
  const items = consents.map(
    ({ clientId, clientName, scopes, api, grantedAt }) => html`<li><p><bdi>${clientName}</bdi></p>
<ul class="scopes">
${describeScopes(scopes, api, language).map((words) => html`<li>${words}</li>\n`)}</ul>
<p class="muted">${renderPastMoment(grantedAt, now, language)}</p>
<form method="post" action="${consentsAction}"><input type="hidden" name="client_id" value="${clientId}"><button class="quiet" type="submit">${strings.withdraw}</button></form>
</li>
`,
  )
  return html`
<h2>${strings.apps}</h2>
<ul class="sessions">
${items}</ul>`
}
