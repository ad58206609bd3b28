/** Quotes a value from outside for a log: without control characters, on one line, and short. */
export function quote(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = JSON.stringify(value) ?? typeof value
  return text.length > 120 ? `${text.slice(0, 120)}...` : text
}
