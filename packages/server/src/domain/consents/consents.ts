import type { Database, Queries, Transaction } from '../../platform/database/database.ts'
import { lockAccount } from '../accounts/lock-account.ts'
import type { Actor } from '../audit/audit-event.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { endSessions } from '../sessions/end-session.ts'
import { listSessions } from '../sessions/list-sessions.ts'
import {
  type Consent,
  deleteConsents,
  deleteConsentsAt,
  deleteConsentsOf,
  deleteSomeConsents,
  selectConsents,
  upsertConsent,
} from './consent-store.ts'

export type { Consent }

/** Whom a consent is of, and for which API. */
export interface ConsentSubject {
  readonly accountId: string
  readonly clientId: string
  readonly audience: string
  /** The organization that the client is to act for; absent: for the person alone. */
  readonly organizationId?: string | undefined
}

/** What an account has allowed a client for an API; empty when nothing. */
export async function findConsentedScopes(
  sql: Queries,
  { accountId, clientId, audience, organizationId }: ConsentSubject,
): Promise<readonly string[]> {
  const consents = await selectConsents(sql, accountId)
  const consent = consents.find(
    (one) => one.clientId === clientId && one.audience === audience && one.organizationId === organizationId,
  )
  return consent?.scopes ?? []
}

/** All that an account has allowed, the oldest first. */
export async function listConsents(sql: Queries, accountId: string): Promise<readonly Consent[]> {
  return selectConsents(sql, accountId)
}

/** Remembers that a person allowed these scopes, besides those from before. */
export async function recordConsent(
  tx: Transaction,
  subject: ConsentSubject,
  scopes: readonly string[],
): Promise<void> {
  const before = await findConsentedScopes(tx.sql, subject)
  const all = [...new Set([...before, ...scopes])]
  const { accountId, clientId, audience, organizationId } = subject
  await upsertConsent(tx.sql, { accountId, clientId, audience, organizationId, scopes: all, grantedAt: tx.now })
  const actor = `account:${accountId}` as const
  const detail = { audience, organization: organizationId ?? null, scopes: [...scopes] }
  await recordAuditEvent(tx, { act: 'consent.granted', actor, outcome: 'done', accountId, clientId, detail })
}

/** Forgets what anybody has allowed a client that is no longer what they agreed to: everybody is asked again. */
export async function forgetConsentsAt(tx: Transaction, clientId: string): Promise<void> {
  await deleteConsentsAt(tx.sql, clientId)
}

const CONSENTS_A_STEP = 500

/** Forgets all that anybody has allowed a client that is gone, or for an API that is, in steps. */
export async function forgetConsentsFor(
  database: Database,
  of: { readonly clientId: string } | { readonly audience: string },
): Promise<void> {
  let deleted = 1
  while (deleted > 0) deleted = await database.write((tx) => deleteSomeConsents(tx.sql, of, CONSENTS_A_STEP))
}

/** Forgets all that the person of an account that is purged has allowed anybody. */
export async function forgetConsentsOf(tx: Transaction, accountId: string): Promise<void> {
  await deleteConsentsOf(tx.sql, accountId)
}

/** Forgets all that an account has allowed a client, and ends its sessions there. False when there was nothing. */
export async function withdrawConsent(
  tx: Transaction,
  accountId: string,
  clientId: string,
  actor: Actor = `account:${accountId}`,
): Promise<boolean> {
  // Whoever opens a session there at this moment has asked for the consent already.
  await lockAccount(tx, accountId)
  if ((await deleteConsents(tx.sql, accountId, clientId)) === 0) return false
  const sessions = await listSessions(tx.sql, accountId, tx.now)
  const ofClient = sessions.filter((session) => session.clientId === clientId)
  await endSessions(tx, ofClient, actor)
  await recordAuditEvent(tx, { act: 'consent.withdrawn', actor, outcome: 'done', accountId, clientId })
  return true
}
