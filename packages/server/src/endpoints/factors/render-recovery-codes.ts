import { type Html, html } from '../../platform/html/html.ts'
import type { Language } from '../../platform/html/language.ts'
import { stringsIn } from '../../platform/html/strings/strings.ts'

export interface ShownRecoveryCodes {
  readonly codes: readonly string[]
  /** Of this installation, and whose they are: for the text that a person keeps. */
  readonly name: string
  readonly username: string
  /** Where the person goes on to. */
  readonly nextUrl: string
  readonly language: Language
}

/** Renders codes that were just made, for the only time, and a text of them to keep. */
export function renderRecoveryCodes({ codes, name, username, nextUrl, language }: ShownRecoveryCodes): Html {
  const strings = stringsIn(language).factors
  const text = `${name} · ${username}\n${strings.codesTitle}\n\n${codes.join('\n')}\n`
  // The text itself, so that no address has to show the codes again.
  const url = `data:text/plain;charset=utf-8,${encodeURIComponent(text)}`
  return html`<p>${strings.codesReason}</p>
<ul class="codes" dir="ltr">
${codes.map((code) => html`<li><code>${code}</code></li>\n`)}</ul>
<p><a href="${url}" download="recovery-codes.txt">${strings.download}</a></p>
<p><a class="button" href="${nextUrl}">${strings.saved}</a></p>
`
}
