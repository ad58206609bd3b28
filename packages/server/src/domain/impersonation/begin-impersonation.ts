import type { Transaction } from '../../platform/database/database.ts'
import type { Sealer } from '../../platform/sealing/sealing.ts'
import { findAccount } from '../accounts/find-account.ts'
import { isActive } from '../accounts/is-active.ts'
import { lockAccount } from '../accounts/lock-account.ts'
import { ADMIN_AUDIENCE } from '../apis/admin-api.ts'
import type { Api } from '../apis/api.ts'
import { type RefusedAccess, resolveAccess } from '../apis/resolve-access.ts'
import { reachesAcr } from '../assurance/acr.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { findDemandOfAccess } from '../login/demand-of-access.ts'
import { leaveNotice } from '../mails/leave-notice.ts'
import { openSession } from '../sessions/open-session.ts'
import type { Session } from '../sessions/session.ts'
import { listAdminPermissions } from './list-admin-permissions.ts'

/** The end whatever happens; there is no refresh token, and nothing makes it longer. */
const LONGEST_IMPERSONATION_MS = 900_000

export interface WantedImpersonation {
  /** Whom the administrator acts as. */
  readonly accountId: string
  /** Shown to the person. */
  readonly reason: string
  /** One API, and what of it. Absent scopes: all of them. */
  readonly audience: string
  readonly scopes: readonly string[] | undefined
}

/** Who acts. */
export interface Impersonator {
  readonly accountId: string
  /** The client that they are at. */
  readonly clientId: string
  /** What they may by the admin API. */
  readonly permissions: ReadonlySet<string>
  /** How they signed in (RFC 8176). */
  readonly methods: readonly string[]
  readonly network: string
}

export type ImpersonationRefusal =
  | 'oneself'
  | 'unknown_account'
  | 'inactive_account'
  /** The account has the role admin, or more permissions of the admin API than who acts. */
  | 'administrator'
  /** Tokens for the admin API are for people themselves. */
  | 'foreign_target'
  | 'factor_required'

export type BegunImpersonation =
  | { readonly ok: true; readonly session: Session; readonly api: Api }
  | { readonly ok: false; readonly reason: ImpersonationRefusal }
  | { readonly ok: false; readonly reason: 'refused_access'; readonly access: RefusedAccess }

/**
 * Opens a session in which an administrator acts as a person at one API. It gives access tokens and nothing else: no refresh token, no cookie, no ID
 * token. The person is told, by mail and on their account page.
 */
export async function beginImpersonation(
  tx: Transaction,
  sealer: Sealer,
  { accountId, reason, ...wanted }: WantedImpersonation,
  impersonator: Impersonator,
): Promise<BegunImpersonation> {
  const refusal = await refuseAccount(tx, accountId, impersonator)
  if (refusal !== undefined) return { ok: false, reason: refusal }
  if (wanted.audience === ADMIN_AUDIENCE) return { ok: false, reason: 'foreign_target' }
  const access = await resolveAccess(tx.sql, wanted)
  if (!access.ok) return { ok: false, reason: 'refused_access', access }
  const { api, scopes } = access
  // The person proved nothing: what is demanded of them is demanded of who acts as them.
  const demand = await findDemandOfAccess(tx.sql, accountId, { api })
  if (!reachesAcr(impersonator.methods, demand)) return { ok: false, reason: 'factor_required' }
  const { accountId: administratorId, clientId, network } = impersonator
  const limits = { idleMilliseconds: LONGEST_IMPERSONATION_MS, absoluteMilliseconds: LONGEST_IMPERSONATION_MS }
  const session = await openSession(
    tx,
    { accountId, clientId, network, userAgent: undefined, methods: [] },
    { audience: api.audience, scopes, limits, refreshKeyId: undefined, impersonation: { administratorId, reason } },
  )
  await recordAuditEvent(tx, {
    ...{ act: 'impersonation.started', actor: `admin:${administratorId}`, outcome: 'done' },
    ...{ accountId, clientId, sessionId: session.id },
    detail: { reason, audience: api.audience, scopes, until: new Date(session.absoluteEnd).toISOString() },
  })
  // The person's own language where it is known: the administrator's says nothing of it.
  const told = { network: undefined, userAgent: undefined, language: 'en', notice: 'impersonated' } as const
  await leaveNotice(tx, { sealer, lockUrl: '' }, { ...told, accountId, reason })
  return { ok: true, session, api }
}

async function refuseAccount(
  tx: Transaction,
  accountId: string,
  { accountId: administratorId, permissions }: Impersonator,
): Promise<ImpersonationRefusal | undefined> {
  if (accountId === administratorId) return 'oneself'
  await lockAccount(tx, accountId)
  const account = await findAccount(tx.sql, accountId)
  if (account === undefined) return 'unknown_account'
  if (!isActive(account)) return 'inactive_account'
  if (account.roles.includes('admin')) return 'administrator'
  const theirs = await listAdminPermissions(tx.sql, account)
  return theirs.every((permission) => permissions.has(permission)) ? undefined : 'administrator'
}
