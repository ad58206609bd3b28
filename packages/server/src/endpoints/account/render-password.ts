import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import { type Html, html } from '../../platform/html/html.ts'
import type { Language } from '../../platform/html/language.ts'
import { renderPastMoment } from '../../platform/html/relative-time.ts'
import { stringsIn } from '../../platform/html/strings/strings.ts'

export interface ShownPassword {
  /** Absent: there is none. */
  readonly setAt: EpochMilliseconds | undefined
  readonly now: EpochMilliseconds
  /** Where it is changed: a path on this origin. */
  readonly changePath: string
  readonly language: Language
}

/** Renders whether there is a password, and since when. */
export function renderPassword({ setAt, now, changePath, language }: ShownPassword): Html {
  const strings = stringsIn(language).accountSecurity
  const { change, set } = stringsIn(language).accountPassword
  const state =
    setAt === undefined ? strings.noPassword : html`${strings.passwordSet} ${renderPastMoment(setAt, now, language)}`
  return html`<h2>${strings.password}</h2>
<p class="muted">${state}</p>
<p><a href="${changePath}">${setAt === undefined ? set : change}</a></p>`
}
