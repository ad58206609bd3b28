import { html } from '../platform/html/html.ts'
import type { Language } from '../platform/html/language.ts'
import { renderPage } from '../platform/html/render-page.ts'
import { stringsIn } from '../platform/html/strings/strings.ts'
import type { Theme } from '../platform/html/theme.ts'

export interface LinkOverPage {
  /** A link that nobody ever sent is like one that is over. */
  readonly state: 'used' | 'over' | 'unknown'
  /** Where another mail is asked for: a path on this origin. Absent: nowhere. */
  readonly againPath: string | undefined
  readonly language: Language
  readonly theme: Theme
}

/** Renders why a link of a mail leads nowhere any more, and what helps. */
export function renderLinkOverPage({ state, againPath, language, theme }: LinkOverPage): string {
  const strings = stringsIn(language).codes
  const body = html`<h1>${strings.linkTitle}</h1>
<p>${state === 'used' ? strings.linkUsed : strings.linkOver}</p>
${againPath === undefined ? undefined : html`<p><a href="${againPath}">${strings.again}</a></p>`}`
  return renderPage({ title: strings.linkTitle, language, theme, body })
}
