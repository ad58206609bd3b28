import { randomBytes } from 'node:crypto'
import { Secret, TOTP } from 'otpauth'
import { encode } from 'uqr'
import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Sealer } from '../../platform/sealing/sealing.ts'
import { findStepOfCode, parseTotpCode } from './totp-code.ts'

/** RFC 4226 §4 R6 recommends 160 bits, and every app takes them. */
const SECRET_BYTES = 20
const LIFETIME_MS = 15 * 60_000
const HEAD_BYTES = 8

/** An app that is to be added, once it has shown a code. */
export interface TotpEnrolment {
  readonly secret: Uint8Array
  /** The same for a form to carry, sealed for this account and for 15 minutes: nothing is stored of it. */
  readonly sealed: string
}

export function beginTotpEnrolment(sealer: Sealer, accountId: string, now: EpochMilliseconds): TotpEnrolment {
  const secret = randomBytes(SECRET_BYTES)
  const head = Buffer.alloc(HEAD_BYTES)
  head.writeBigUInt64BE(BigInt(now))
  return { secret, sealed: sealer.seal(Buffer.concat([head, secret]), purposeOf(accountId)) }
}

/** What a form has carried; absent where it is another account's, changed, or too old. */
export function openTotpEnrolment(
  sealer: Sealer,
  { accountId, sealed, now }: { readonly accountId: string; readonly sealed: string; readonly now: EpochMilliseconds },
): TotpEnrolment | undefined {
  const opened = tryOpen(sealer, sealed, purposeOf(accountId))
  if (opened?.length !== HEAD_BYTES + SECRET_BYTES) return undefined
  if (Number(opened.readBigUInt64BE()) + LIFETIME_MS <= now) return undefined
  return { secret: opened.subarray(HEAD_BYTES), sealed }
}

/** The step of a code that the app has shown; absent where it is no code of it. */
export function findEnrolmentStep(
  { secret }: TotpEnrolment,
  typed: string,
  now: EpochMilliseconds,
): number | undefined {
  const code = parseTotpCode(typed)
  return code === undefined ? undefined : findStepOfCode(secret, code, now)
}

/** What an app is shown. */
export interface ShownTotp {
  /** `otpauth://totp/…`, as the QR code has it. */
  readonly uri: string
  /** The secret in base 32, in groups of four, for whoever types it. */
  readonly secretText: string
  /** The dark modules of the QR code as the path of an SVG, and how many there are to a side, with the quiet zone around them. */
  readonly qr: { readonly path: string; readonly side: number }
}

export function showTotp({ secret }: TotpEnrolment, issuer: string, label: string): ShownTotp {
  const shown = new Secret({ buffer: new Uint8Array(secret).buffer })
  const uri = new TOTP({ issuer, label, secret: shown, algorithm: 'SHA1', digits: 6, period: 30 }).toString()
  return { uri, secretText: shown.base32.replaceAll(/.{4}(?=.)/g, '$& '), qr: drawQr(uri) }
}

/** ISO/IEC 18004 §6.3.8: a quiet zone of four modules. */
const QUIET = 4

function drawQr(text: string): ShownTotp['qr'] {
  const { data, size } = encode(text, { ecc: 'M', border: QUIET })
  const rows = data.map((row, y) =>
    [
      ...row
        .map((isDark) => (isDark ? '#' : ' '))
        .join('')
        .matchAll(/#+/g),
    ]
      .map(({ index, 0: run }) => `M${index} ${y}h${run.length}v1h-${run.length}z`)
      .join(''),
  )
  return { path: rows.join(''), side: size }
}

function tryOpen(sealer: Sealer, sealed: string, purpose: string): Buffer | undefined {
  try {
    return sealer.open(sealed, purpose)
  } catch {
    return undefined
  }
}

function purposeOf(accountId: string): string {
  return `totp enrolment ${accountId}`
}
