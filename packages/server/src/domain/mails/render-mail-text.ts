import { directionOf, type Language } from '../../platform/html/language.ts'
import type { LegalLink } from '../../platform/html/legal-links.ts'
import type { WordedMail } from './mail-words.ts'

/** Renders a mail as plain text. The code and each address stand on a line of their own, bare, so that they can be copied and clicked. */
export function renderMailText(words: WordedMail, language: Language, links: readonly LegalLink[]): string {
  const { lead, code, facts, advice, button, closing } = words
  const isolate = (value: string) => (directionOf(language) === 'rtl' ? `\u2068${value}\u2069` : value)
  const blocks = [
    lead,
    code?.text,
    facts.map(([label, value]) => `${label}: ${isolate(value)}`).join('\n'),
    advice,
    button && `${button.written}\n${button.url}`,
    ...closing,
    ...links.map(({ label, url }) => `${label}\n${url}`),
  ]
  return `${blocks.filter((block) => block !== undefined && block !== '').join('\n\n')}\n`
}
