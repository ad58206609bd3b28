import { createHash, timingSafeEqual } from 'node:crypto'
import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'
import { formatTypedCode, makeTypedCode } from '../one-time/typed-code.ts'
import { selectCode } from './setup-store.ts'

/** As it is printed: `BCDF-GHJK-LMNP-QRST`. Twice as long as the codes of mails, since its hash is kept without a key: 69 bits. */
export function makeSetupCode(): string {
  return [makeTypedCode(), makeTypedCode()].map(formatTypedCode).join('-')
}

/** In any case and width, with blanks and dashes wherever somebody likes. */
export function hashSetupCode(typed: string): string {
  const letters = typed
    .normalize('NFKC')
    .toUpperCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '')
  return createHash('sha256').update(letters).digest('base64url')
}

/** Whether what somebody typed is the code that is good now. */
export async function isSetupCode(sql: Queries, typed: string, now: EpochMilliseconds): Promise<boolean> {
  const row = await selectCode(sql)
  if (row === undefined || row.expiresAt <= now) return false
  return timingSafeEqual(Buffer.from(row.codeHash), Buffer.from(hashSetupCode(typed)))
}
