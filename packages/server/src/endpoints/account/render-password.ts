import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import { type Html, html } from '../../platform/html/html.ts'
import type { Language } from '../../platform/html/language.ts'
import { renderPastMoment } from '../../platform/html/relative-time.ts'
import { stringsIn } from '../../platform/html/strings/strings.ts'

export interface ShownPassword {
  /** Absent: there is none. */
  readonly setAt: EpochMilliseconds | undefined
  readonly now: EpochMilliseconds
  readonly language: Language
}

/** Renders whether there is a password, and since when. */
export function renderPassword({ setAt, now, language }: ShownPassword): Html {
  const strings = stringsIn(language).accountSecurity
  const state =
    setAt === undefined ? strings.noPassword : html`${strings.passwordSet} ${renderPastMoment(setAt, now, language)}`
  return html`<h2>${strings.password}</h2>
<p class="muted">${state}</p>`
}
