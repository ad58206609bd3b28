/** Primary result codes of SQLite. @see https://www.sqlite.org/rescode.html */
const noPermission = 3
const busy = 5
const locked = 6
const readOnly = 8
const corrupt = 11
const cannotOpen = 14
const notADatabase = 26

/** Another connection holds the lock; the statement did nothing and may be repeated. */
export function isBusy(error: unknown): boolean {
  const code = primaryCode(error)
  return code === busy || code === locked
}

export function isNotADatabase(error: unknown): boolean {
  return primaryCode(error) === notADatabase
}

export function isDamaged(error: unknown): boolean {
  return primaryCode(error) === corrupt
}

export function isNotWritable(error: unknown): boolean {
  const code = primaryCode(error)
  return code === noPermission || code === readOnly || code === cannotOpen
}

// The low byte of an extended result code is the primary one.
function primaryCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined
  return error.errcode & 0xff
}
