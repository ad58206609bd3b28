const SHORTEST_MS = 60_000
const USUAL_MS = 3_600_000
const LONGEST_MS = 86_400_000

/** How long a document is used before it is read again: as its host says (RFC 9111 §5.2.2), within a minute and a day; else an hour. */
export function documentLifetime(cacheControl: string): number {
  // Not by an expression that looks for blanks before each comma: a field full of them would take it a long time.
  const words = cacheControl.split(',').map((word) => word.trim().toLowerCase())
  if (words.some((word) => word === 'no-store' || word === 'no-cache')) return SHORTEST_MS
  const seconds = words.map((word) => /^max-age="?(\d{1,10})"?$/.exec(word)?.[1]).find((value) => value !== undefined)
  if (seconds === undefined) return USUAL_MS
  return Math.min(LONGEST_MS, Math.max(SHORTEST_MS, Number(seconds) * 1000))
}
