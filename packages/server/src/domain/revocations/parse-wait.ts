const LONGEST_WAIT_MS = 30_000

export type ParsedWait =
  | { readonly ok: true; readonly milliseconds: number }
  | { readonly ok: false; readonly sentence: string }

/** How long to wait for guards: `2s` or `500ms`, at most 30 s. */
export function parseWait(text: string): ParsedWait {
  const [, digits, unit] = /^(\d{1,5})(ms|s)$/.exec(text) ?? []
  const milliseconds = Number(digits) * (unit === 's' ? 1000 : 1)
  if (milliseconds <= LONGEST_WAIT_MS) return { ok: true, milliseconds }
  return {
    ok: false,
    sentence: 'The wait must be a number of seconds or milliseconds, such as 2s or 500ms, at most 30s.',
  }
}
