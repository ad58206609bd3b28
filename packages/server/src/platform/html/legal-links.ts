import type { Language } from './language.ts'
import { stringsIn } from './strings/strings.ts'
import type { Theme } from './theme.ts'

export interface LegalLink {
  readonly label: string
  readonly url: string
}

/** What an operator wants to stand at the end of every page and mail: terms and privacy, as far as there are any. */
export function listLegalLinks({ termsUrl, privacyUrl }: Theme, language: Language): readonly LegalLink[] {
  const { terms, privacy } = stringsIn(language).legal
  return [
    ...(termsUrl === undefined ? [] : [{ label: terms, url: termsUrl }]),
    ...(privacyUrl === undefined ? [] : [{ label: privacy, url: privacyUrl }]),
  ]
}
