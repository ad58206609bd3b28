import type { EpochMilliseconds } from '../../platform/clock/clock.ts'

/** A public key credential of an account, and what WebAuthn §4 calls its credential record. */
export interface Passkey {
  /** Ours, for forms and commands. */
  readonly id: string
  /** Base64url, as the authenticator chose it. */
  readonly credentialId: string
  readonly accountId: string
  /** COSE (RFC 9052 §7), in base64url. */
  readonly publicKey: string
  /** 0 where its authenticator does not count. */
  readonly signCount: number
  readonly transports: readonly string[]
  /** Whether it may be on several devices. Fixed when it is made. */
  readonly isBackupEligible: boolean
  readonly isBackedUp: boolean
  /** Whether its authenticator has verified the person, here, at a moment when we knew who it was (`uvInitialized`). */
  readonly isUserVerified: boolean
  /** What made it, as a UUID; only zeros where that is not told. Never to be believed. */
  readonly aaguid: string
  readonly name: string
  readonly createdAt: EpochMilliseconds
  /** Absent: it was not used yet. */
  readonly usedAt: EpochMilliseconds | undefined
  /** Absent: it may be used. Else it looked like a copy of itself, and waits for its person's decision. */
  readonly suspendedAt: EpochMilliseconds | undefined
}
