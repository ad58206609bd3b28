/** A name has at most 128 code points. What is far longer is nobody's, and not worth normalizing. */
const longestName = 1024

/**
 * What two names have in common that mean the same account: the form in which user names and e-mail addresses are
 * compared and must be unique, and by which failures are counted. Any text may be given. Never shown.
 *
 * RFC 8265 §3.3 (UsernameCaseMapped): width mapping, toLowerCase, normalization. NFKC stands for the width mapping and the
 * normalization, and does more: it also joins look-alikes such as ﬁ and fi, ² and 2. Characters that nobody can see
 * (variation selectors, fillers) and outer blanks count for nothing.
 */
export function canonicalLoginName(text: string): string {
  const name = text.trim()
  if (name.length > longestName) return name
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .normalize('NFKC')
    .trim()
}
