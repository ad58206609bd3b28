import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { CodePurpose } from '../mails/mail.ts'

/** What is to be done when the address has proved itself. Rests sealed. */
export interface ChallengePayload {
  /** The address as it was typed, or as the account has it. */
  readonly email: string
  /** Of an invitation: the roles that the account gets. */
  readonly roles?: readonly string[] | undefined
  /** Of an invitation by the Admin API: the account of who invites. What they may not give any more it does not give. */
  readonly invitedBy?: string | undefined
  /** Of an invitation whose link was handed over, not mailed: it proves no address. */
  readonly isHandedOver?: boolean | undefined
  /** A checked address of this origin, where the browser goes on. */
  readonly returnTo?: string | undefined
}

/** A proof of an address that has been asked for by mail. */
export interface EmailChallenge {
  /** Known to whoever began it. */
  readonly id: string
  readonly purpose: CodePurpose
  /** What the address is compared by. */
  readonly email: string
  /** Whose address it is or becomes. Absent: nobody's as yet. */
  readonly accountId: string | undefined
  readonly payload: ChallengePayload
  readonly expiresAt: EpochMilliseconds
}
