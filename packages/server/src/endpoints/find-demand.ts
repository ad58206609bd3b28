import { type Acr, highestAcr } from '../domain/assurance/acr.ts'
import type { EpochMilliseconds } from '../platform/clock/clock.ts'
import type { Queries } from '../platform/database/database.ts'
import type { IssuerUrls } from './issuer-urls.ts'

export interface DemandedLogin {
  readonly accountId: string
  /** Where the login leads: to what a client has asked for, perhaps. */
  readonly returnTo: string | undefined
  /** Whether a session is to prove a second factor, whoever demands it. */
  readonly isStepUp?: boolean | undefined
  readonly now: EpochMilliseconds
}

/** What a login must reach. Absent: nothing in particular. */
export async function findDemand(
  _sql: Queries,
  _urls: IssuerUrls,
  { isStepUp = false }: DemandedLogin,
): Promise<Acr | undefined> {
  return highestAcr([isStepUp ? 'aal2' : undefined])
}
