import { findApi } from '../domain/apis/list-apis.ts'
import { type Acr, highestAcr } from '../domain/assurance/acr.ts'
import { findDemandOfAccess } from '../domain/login/demand-of-access.ts'
import type { EpochMilliseconds } from '../platform/clock/clock.ts'
import type { Queries } from '../platform/database/database.ts'
import type { IssuerUrls } from './issuer-urls.ts'
import { findPendingAuthorization } from './pending-authorization.ts'

export interface DemandedLogin {
  readonly accountId: string
  /** Where the login leads: to what a client has asked for, perhaps. */
  readonly returnTo: string | undefined
  /** Whether a session is to prove a second factor, whoever demands it. */
  readonly isStepUp?: boolean | undefined
  readonly now: EpochMilliseconds
}

/** What a login must reach: what its roles, and what the client that waits, its request and its API demand. Absent: nothing in particular. */
export async function findDemand(
  sql: Queries,
  urls: IssuerUrls,
  { accountId, returnTo, isStepUp = false, now }: DemandedLogin,
): Promise<Acr | undefined> {
  const waiting = await findPendingAuthorization(sql, urls, returnTo, now)
  const { audience, demandedAcr } = waiting?.pending.request ?? {}
  const api = audience === undefined ? undefined : await findApi(sql, audience)
  const ofAccess = await findDemandOfAccess(sql, accountId, { client: waiting?.client, api })
  return highestAcr([isStepUp ? 'aal2' : undefined, demandedAcr, ofAccess])
}
