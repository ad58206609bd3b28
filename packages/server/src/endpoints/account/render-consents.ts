import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import { type Html, html } from '../../platform/html/html.ts'
import type { Language } from '../../platform/html/language.ts'
import { renderPastMoment } from '../../platform/html/relative-time.ts'
import { stringsIn } from '../../platform/html/strings/strings.ts'

/** An app that may act for the person. */
export interface ShownConsent {
  readonly clientId: string
  readonly clientName: string
  readonly scopes: readonly string[]
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
    ({ clientId, clientName, scopes, grantedAt }) => html`<li><p><bdi>${clientName}</bdi></p>
<p class="muted"><bdi>${scopes.join(' · ')}</bdi> · ${renderPastMoment(grantedAt, now, language)}</p>
<form method="post" action="${consentsAction}"><input type="hidden" name="client_id" value="${clientId}"><button class="quiet" type="submit">${strings.withdraw}</button></form>
</li>
`,
  )
  return html`
<h2>${strings.apps}</h2>
<ul class="sessions">
${items}</ul>`
}
