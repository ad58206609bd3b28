import { purgeApiKeys } from './domain/api-keys/purge-api-keys.ts'
import { forgetOldEvents } from './domain/audit-tree/forget-old-events.ts'
import { purgeRequests } from './domain/authorizations/pending-requests.ts'
import { purgeDocumentClients } from './domain/client-documents/purge-document-clients.ts'
import { advanceKeysInUse } from './domain/clients/advance-keys-in-use.ts'
import { purgeStrangers } from './domain/clients/limit-strangers.ts'
import { purgeDeviceAuthorizations } from './domain/device-authorizations/purge-device-authorizations.ts'
import { purgeChallenges } from './domain/email-challenges/purge-challenges.ts'
import { purgeKeptAnswers } from './domain/idempotency/kept-answers.ts'
import { purgeInvitations } from './domain/invitations/answer-invitation.ts'
import { purgeKnownDevices } from './domain/known-devices/forget-devices.ts'
import { purgeLogoutNotices } from './domain/logout-notices/purge-logout-notices.ts'
import { purgeMailBudgets, purgeMails } from './domain/mails/purge-mails.ts'
import { purgeOneTime } from './domain/one-time/one-time.ts'
import { purgeAccounts } from './domain/personal-data/purge-accounts.ts'
import { purgeRegistrationTokens } from './domain/registrations/registration-tokens.ts'
import { purgeRememberedDevices } from './domain/remembered-devices/remembered-devices.ts'
import { settleDeletions } from './domain/revocation-acts/settle-deletions.ts'
import { purgeFeedRecords, purgeGuards, purgeRevocationMarks } from './domain/revocations/purge-revocations.ts'
import { endExpiredImpersonations } from './domain/sessions/end-expired-impersonations.ts'
import { purgeSessions } from './domain/sessions/purge-sessions.ts'
import { purgeStatistics } from './domain/statistics/purge-statistics.ts'
import { purgeThrottle } from './domain/throttle/purge-throttle.ts'
import { purgeMessages } from './domain/webhook-outbox/deliveries.ts'
import { purgeAttempts } from './domain/webhooks/purge-attempts.ts'
import type { Installation } from './installation.ts'
import { DatabaseError } from './platform/database/database-error.ts'
import { type DeletionStep, deleteInSteps } from './platform/database/delete-in-steps.ts'
import type { Log } from './platform/log/create-log.ts'

const MAINTENANCE_MS = 30_000
const DAY_MS = 86_400_000

/** What goes when its time is over, each a few rows at a time. */
export const deletionSteps: readonly DeletionStep[] = [
  purgeSessions,
  purgeThrottle,
  purgeApiKeys,
  purgeFeedRecords,
  purgeRevocationMarks,
  purgeOneTime,
  purgeKeptAnswers,
  purgeChallenges,
  purgeRequests,
  purgeDeviceAuthorizations,
  purgeDocumentClients,
  purgeRememberedDevices,
  purgeStrangers,
  purgeRegistrationTokens,
  purgeLogoutNotices,
  purgeMails,
  purgeMailBudgets,
  purgeKnownDevices,
  purgeInvitations,
  purgeMessages,
  purgeAttempts,
]

/** Rounds of maintenance, one at a time. Returns how to stop them, which waits for the step that is under way. */
export function startMaintenance(installation: Installation, log: Log): () => Promise<void> {
  const stopping = new AbortController()
  let round: Promise<void> | undefined
  const timer = setInterval(() => {
    round ??= maintain(installation, log, stopping.signal).finally(() => {
      round = undefined
    })
  }, MAINTENANCE_MS)
  timer.unref()
  return async () => {
    clearInterval(timer)
    stopping.abort()
    await round
  }
}

/** One round: what fails keeps nothing else from its turn, unless there is no database. */
export async function maintain(
  installation: Installation,
  log: Pick<Log, 'error'>,
  stopping: AbortSignal,
): Promise<void> {
  const { database, clock } = installation
  const works: readonly (() => Promise<unknown>)[] = [
    () => advanceKeysInUse(installation),
    () => endExpiredImpersonations(database),
    ...deletionSteps.map((step) => () => deleteInSteps(database, step, stopping)),
    () => database.write((tx) => purgeGuards(tx)),
    () => database.write((tx) => purgeStatistics(tx)),
    () => purgeAccounts(database, clock.now()),
    () => settleDeletions(database, clock.now()),
    () => forgetAuditEvents(installation),
  ]
  for (const work of works) {
    if (stopping.aborted) return
    try {
      await work()
    } catch (error) {
      log.error({ error }, 'maintenance failed; it is tried again in half a minute')
      if (error instanceof DatabaseError && error.code === 'server_unreachable') return
    }
  }
}

async function forgetAuditEvents({ config, database, clock, auditSigner }: Installation): Promise<void> {
  const { auditRetentionDays } = config
  if (auditRetentionDays === undefined) return
  await forgetOldEvents(database, clock.now() - auditRetentionDays * DAY_MS, auditSigner)
}
