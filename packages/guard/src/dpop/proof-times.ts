/** How old a proof may be, and how far from the future: RFC 9449 §11.1, "a limited window". */
export const OLDEST_PROOF_MS = 60_000
export const EARLIEST_PROOF_MS = 15_000
/** For so long one proof can be good. */
export const PROOF_WINDOW_MS: number = OLDEST_PROOF_MS + EARLIEST_PROOF_MS
