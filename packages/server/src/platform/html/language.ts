/** The languages that pages are written in, as BCP 47 tags. English is the first and the fallback. */
export const languages = ['en', 'de', 'ar'] as const

export type Language = (typeof languages)[number]

const rightToLeft: ReadonlySet<Language> = new Set(['ar'])

/** The base direction of a language's script, for the `dir` attribute. */
export function directionOf(language: Language): 'ltr' | 'rtl' {
  return rightToLeft.has(language) ? 'rtl' : 'ltr'
}
