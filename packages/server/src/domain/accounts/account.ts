import type { EpochMilliseconds } from '../../platform/clock/clock.ts'

/** Our record of a person. */
export interface Account {
  /** `acc_` and 22 base64url characters; never a client's id, which begins with `cli_` (RFC 9068 §5). */
  readonly id: string
  /** As its owner typed it. */
  readonly username: string
  readonly email: string | undefined
  /** When it was shown that the address is its owner's. Absent: it was not, or there is none. */
  readonly emailVerifiedAt: EpochMilliseconds | undefined
  /** Sorted by code units. */
  readonly roles: readonly string[]
  readonly createdAt: EpochMilliseconds
  /** Absent: the account may log in. */
  readonly disabledAt: EpochMilliseconds | undefined
  /** `owner`: locked by whoever reads its mail, and opened again by its recovery. Absent: the account may log in. */
  readonly disabledBy: 'operator' | 'owner' | undefined
  /** When it may be deleted, its person having asked for it; until then they may keep it. Absent: it stays. */
  readonly deleteAfter: EpochMilliseconds | undefined
}
