/** Where a code of an error stands in a source: `code: 'busy'`, `readonly code = 'busy'`, `new CommandError('busy', …)`. */
const places = /(?:\bcode\??(?::| =)|new CommandError\()\s*([^,;}\n]+)/g
/** A text that something is compared with is no code that is given. */
const comparisons = /[!=]== '[^']*'/g
const literals = /'([a-z]+(?:_[a-z]+)*)'/g

/** The codes of errors that a source gives, as literals. */
export function findCodes(source: string): Set<string> {
  const expressions = [...source.matchAll(places)].map(([, expression = '']) => expression.replaceAll(comparisons, ''))
  return new Set(expressions.flatMap((expression) => [...expression.matchAll(literals)].map(([, code = '']) => code)))
}

/** The reasons of a room's refusals, `reason: 'username_taken'`: commands pass them on as codes. */
export function findReasons(source: string): Set<string> {
  return findCodes(source.replaceAll(/\breason:/g, 'code:'))
}

/** @throws Error that names the codes which only the sources or only the document have. */
export function assertDocumented(what: string, found: ReadonlySet<string>, documented: Iterable<string>): void {
  const difference = [...found.symmetricDifference(new Set(documented))]
  if (difference.length === 0) return
  const described = difference.map((code) => `${code} (${found.has(code) ? 'not described' : 'given nowhere'})`)
  throw new Error(`scripts/reference/error-codes.ts, ${what}: ${described.join(', ')}`)
}
