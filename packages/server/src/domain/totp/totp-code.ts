import { timingSafeEqual } from 'node:crypto'
import { HOTP, Secret } from 'otpauth'
import type { EpochMilliseconds } from '../../platform/clock/clock.ts'

const STEP_MS = 30_000
const DIGITS = 6
/** How far the clock of a phone may be off, in steps: RFC 6238 §5.2 recommends one. */
const DRIFT = 1

/** The step that a moment is in: RFC 6238 §4.2. */
export function stepOf(moment: EpochMilliseconds): number {
  return Math.floor(moment / STEP_MS)
}

/** The code of a step: RFC 6238 §4.2, which is RFC 4226 §5.3 with the step as counter. */
export function codeOfStep(secret: Uint8Array, step: number): string {
  const buffer = new Uint8Array(secret).buffer
  return HOTP.generate({ secret: new Secret({ buffer }), algorithm: 'SHA1', digits: DIGITS, counter: step })
}

/** The newest step at or about this moment that a code is of; absent where it is of none. */
export function findStepOfCode(secret: Uint8Array, code: string, now: EpochMilliseconds): number | undefined {
  const current = stepOf(now)
  const steps = Array.from({ length: 2 * DRIFT + 1 }, (_, index) => current + DRIFT - index)
  // Each is computed, so that the time does not tell which it was.
  const fitting = steps.filter((step) => timingSafeEqual(Buffer.from(codeOfStep(secret, step)), Buffer.from(code)))
  return fitting[0]
}

/** A code as it was typed, with blanks or in the digits of another script; absent where it can be none. */
export function parseTotpCode(typed: string): string | undefined {
  const digits = typed
    .normalize('NFKC')
    .replaceAll(/[\s-]/g, '')
    // Arabic-Indic digits and their Persian forms, as keyboards there type them.
    .replaceAll(/[٠-٩۰-۹]/g, (digit) => String((digit.codePointAt(0) ?? 0) & 15))
  return /^\d{6}$/.test(digits) ? digits : undefined
}

/** RFC 4226 §4 R6: 128 bits at least. */
const SHORTEST_SECRET_BYTES = 16
const LONGEST_SECRET_BYTES = 128

/** A secret as apps are told it, of a length that may be used; undefined where it is none. */
export function decodeBase32(text: string): Uint8Array | undefined {
  const bare = text.replaceAll(/[\s-]/g, '').replace(/=+$/, '').toUpperCase()
  if (!/^[A-Z2-7]+$/.test(bare)) return undefined
  const { bytes } = Secret.fromBase32(bare)
  return bytes.length < SHORTEST_SECRET_BYTES || bytes.length > LONGEST_SECRET_BYTES ? undefined : bytes
}

export function encodeBase32(secret: Uint8Array): string {
  return new Secret({ buffer: new Uint8Array(secret).buffer }).base32
}
