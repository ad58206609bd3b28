/** Says what went wrong, by the reason below where there is one: `fetch` itself says no more than "fetch failed". */
export function describeError(error: unknown): string {
  const { cause, message } = error as Error
  return cause instanceof Error ? cause.message : String(message)
}
