import type { Language } from '../../platform/html/language.ts'

/** What is known of whoever does it, for the mail that tells of it. */
export interface Doer {
  readonly network: string
  readonly userAgent: string | undefined
  /** That the page is in. */
  readonly language: Language
}
