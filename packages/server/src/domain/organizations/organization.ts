import type { EpochMilliseconds } from '../../platform/clock/clock.ts'

/** What people act for together: a company, a club, a customer. */
export interface Organization {
  /** `org_` and 22 base64url characters. */
  readonly id: string
  /** What it is called in addresses: unlike its id it may change. Never looks like an id. */
  readonly slug: string
  readonly name: string
  readonly createdAt: EpochMilliseconds
  /** Absent: people may act for it. */
  readonly disabledAt: EpochMilliseconds | undefined
}

/** Whether a text can only be an id: a slug has no underscore. */
export function isOrganizationId(text: string): boolean {
  return /^org_[\w-]{22}$/.test(text)
}
