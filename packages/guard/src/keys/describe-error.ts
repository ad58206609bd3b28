/** Says what went wrong, by the reason below where there is one: `fetch` itself says no more than "fetch failed". An own `fetch` may reject with anything. */
export function describeError(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error)
  const { cause, message } = error as Error
  return cause instanceof Error ? cause.message : String(message)
}
