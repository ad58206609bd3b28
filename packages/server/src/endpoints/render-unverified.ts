import { type Html, html } from '../platform/html/html.ts'
import type { Language } from '../platform/html/language.ts'
import { stringsIn } from '../platform/html/strings/strings.ts'

export interface AskingApp {
  /** Whether the app registered itself, so that nobody here vouches for its name. */
  readonly isUnverified: boolean
  readonly language: Language
}

/** Renders the warning of an app that nobody here knows; nothing for others. */
export function renderUnverified({ isUnverified, language }: AskingApp): Html | undefined {
  if (!isUnverified) return undefined
  return html`<p class="problem" id="unverified">${stringsIn(language).authorization.unverified}</p>\n`
}
