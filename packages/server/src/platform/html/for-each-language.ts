import type { Language } from './language.ts'

/**
 * Makes something once for each language, when it is first asked for. Formatters of `Intl` are to be made so: ICU holds some hundred kilobytes for each, outside
 * of what the garbage collector sees, so that a page which makes one for every row fills the memory before any is collected.
 */
export function forEachLanguage<Made>(make: (language: Language) => Made): (language: Language) => Made {
  const made = new Map<Language, Made>()
  return (language) => {
    const known = made.get(language)
    if (known !== undefined) return known
    const fresh = make(language)
    made.set(language, fresh)
    return fresh
  }
}
