import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Transaction } from '../../platform/database/database.ts'
import { findAccount } from '../accounts/find-account.ts'
import { isActive } from '../accounts/is-active.ts'
import { lockAccount } from '../accounts/lock-account.ts'
import { findConsentedScopes } from '../consents/consents.ts'
import { findMarks, momentAfter } from '../revocations/moment-after-revocations.ts'
import { LARGEST_LEEWAY_SECONDS } from '../revocations/revocation.ts'
import { findSession } from '../sessions/find-session.ts'
import { isSessionLive } from '../sessions/is-session-live.ts'
import type { DeviceAuthorization, DeviceGrant } from './device-authorization.ts'
import { lockDeviceAuthorization, markUsed, updatePoll } from './device-authorization-store.ts'
import { hashDeviceSecret } from './hash-device-secret.ts'

/** RFC 8628 §3.5: added for good whenever a device polls too early. */
const SLOW_DOWN_SECONDS = 5
/** A device that keeps to the interval exactly may still arrive earlier by as much as its last request took longer. */
const JITTER_MS = 500
/** For so long a logout everywhere is remembered at least: `forgetTime`. */
const REMEMBERED_MS = LARGEST_LEEWAY_SECONDS * 1000

export type PolledDevice =
  | {
      readonly ok: true
      readonly authorization: DeviceAuthorization
      readonly grant: DeviceGrant
    }
  | { readonly ok: false; readonly reason: RefusedPoll }

export type RefusedPoll =
  | 'unknown'
  | 'foreign_client'
  | 'used'
  | 'expired'
  | 'denied'
  | 'pending'
  | 'too_early'
  | 'withdrawn'

/**
 * What became of a device code. Once it was granted it is used by this, so the caller opens the session in the same transaction. The row
 * stays locked until that ends: of parallel polls one is answered with the grant.
 */
export async function pollDeviceAuthorization(
  tx: Transaction,
  { deviceCode, clientId }: { readonly deviceCode: string; readonly clientId: string },
): Promise<PolledDevice> {
  if (!/^[\w-]{43}$/.test(deviceCode)) return refuse('unknown')
  const found = await lockDeviceAuthorization(tx.sql, hashDeviceSecret(deviceCode))
  if (!found) return refuse('unknown')
  if (found.clientId !== clientId) return refuse('foreign_client')
  if (found.state === 'used' || found.state === 'denied') return refuse(found.state)
  if (found.expiresAt <= tx.now) return refuse('expired')
  const { grant, decidedAt } = found
  if (!grant || decidedAt === undefined) return refuse(await countPoll(tx, found))
  if (!(await isStanding(tx, found, grant, decidedAt))) return refuse('withdrawn')
  await markUsed(tx.sql, found.id)
  return { ok: true, authorization: found, grant }
}

async function countPoll(
  tx: Transaction,
  { id, polledAt, intervalSeconds }: DeviceAuthorization,
): Promise<'pending' | 'too_early'> {
  const isEarly = polledAt !== undefined && tx.now < polledAt + intervalSeconds * 1000 - JITTER_MS
  const slower = isEarly ? intervalSeconds + SLOW_DOWN_SECONDS : intervalSeconds
  await updatePoll(tx.sql, id, { polledAt: tx.now, intervalSeconds: slower })
  return isEarly ? 'too_early' : 'pending'
}

/**
 * Whether what the person allowed still stands. They may have left the browser meanwhile, as one does at a machine that isn't one's own;
 * but what ends all sessions of a person, or of a client, ends the one that is about to begin.
 */
async function isStanding(
  tx: Transaction,
  { clientId, audience, scopes }: DeviceAuthorization,
  { accountId, browserSessionId }: DeviceGrant,
  decidedAt: EpochMilliseconds,
): Promise<boolean> {
  await lockAccount(tx, accountId)
  const account = await findAccount(tx.sql, accountId)
  if (!account || !isActive(account)) return false
  const marks = await findMarks(tx.sql, { accountId, clientId })
  if (momentAfter(marks, decidedAt) > decidedAt) return false
  // Logging out everywhere marks the millisecond before itself; nobody can tell here which of two in one millisecond came first.
  if (marks.u !== undefined && marks.u >= decidedAt - 1) return false
  const browser = await findSession(tx.sql, browserSessionId)
  const isThere = browser !== undefined && (await isSessionLive(tx.sql, browser, tx.now))
  if (!isThere && tx.now > decidedAt + REMEMBERED_MS) return false
  const agreed = await findConsentedScopes(tx.sql, { accountId, clientId, audience })
  return scopes.every((scope) => agreed.includes(scope))
}

function refuse(reason: RefusedPoll): PolledDevice {
  return { ok: false, reason }
}
