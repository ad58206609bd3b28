import { type Language, languages } from './language.ts'

// Longer headers are cut: nobody prefers more languages than fit in here.
const longestHeader = 1000

/**
 * Chooses the page language that a browser prefers most; English when it names none of ours or sends nothing.
 *
 * @param acceptLanguage the field value of `Accept-Language`, unchecked
 * @see RFC 9110 §12.5.4
 * @see RFC 4647 §3.4 (lookup: `de-AT` is served by `de`)
 */
export function chooseLanguage(acceptLanguage: string | undefined): Language {
  let chosen: Language = 'en'
  let bestQuality = 0
  for (const range of (acceptLanguage ?? '').slice(0, longestHeader).split(',')) {
    const { language, quality } = parseRange(range)
    // Strictly better only: of two equal wishes the first one counts.
    if (language !== undefined && quality > bestQuality) {
      chosen = language
      bestQuality = quality
    }
  }
  return chosen
}

function parseRange(range: string): { readonly language: Language | undefined; readonly quality: number } {
  const match = /^\s*([a-z]{1,8}|\*)(?:-[a-z0-9]{1,8})*\s*(?:;\s*q=([01](?:\.\d{0,3})?)\s*)?$/i.exec(range)
  const tag = match?.[1]?.toLowerCase()
  const language = tag === '*' ? 'en' : languages.find((ours) => ours === tag)
  // RFC 9110 §12.4.2: no weight means 1; 0 means "not acceptable".
  return { language, quality: Math.min(Number(match?.[2] ?? 1), 1) }
}
