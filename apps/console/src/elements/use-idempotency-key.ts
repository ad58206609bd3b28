import { useMemo } from 'react'

/** One key for one filling in of a form: what is sent twice happens once, and what was changed in between is another request. */
export function useIdempotencyKey(typed: object): string {
  const text = JSON.stringify(typed)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key is of what was typed.
  return useMemo(() => crypto.randomUUID(), [text])
}
