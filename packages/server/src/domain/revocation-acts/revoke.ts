import type { Database, Transaction } from '../../platform/database/database.ts'
import { findAccount } from '../accounts/find-account.ts'
import { isRoleHeld } from '../accounts/is-role-held.ts'
import { lockAccount } from '../accounts/lock-account.ts'
import { settleOutdatedClaims } from '../accounts/settle-outdated-claims.ts'
import { findApiKey } from '../api-keys/find-api-key.ts'
import { revokeApiKeys } from '../api-keys/revoke-api-key.ts'
import type { Actor } from '../audit/audit-event.ts'
import { findClient } from '../clients/find-client.ts'
import { LOGIN_CLIENT_ID } from '../clients/login-client.ts'
import { draftReplacement, replaceCompromisedKey } from '../keys/replace-compromised-key.ts'
import { getFeedSequence } from '../revocations/get-feed-sequence.ts'
import { recordRevocations } from '../revocations/record-revocations.ts'
import { lockRole } from '../roles/lock-role.ts'
import { ADMIN_ROLE } from '../roles/role.ts'
import { endSession } from '../sessions/end-session.ts'
import { findSession } from '../sessions/find-session.ts'
import { logOutEverywhere } from '../sessions/log-out-everywhere.ts'
import { revokeAccessToken } from '../tokens/revoke-access-token.ts'
import { type IssuedTokenDeps, verifyIssuedToken } from '../tokens/verify-issued-token.ts'
import { takeRole, takeRoleWithin } from './change-roles.ts'
import { auditAndRecordUpToNow, revokeUpToNow } from './revoke-up-to-now.ts'

/** What can be revoked. Ids, except for a token, which is the token itself. */
export type RevocationTarget =
  | { readonly kind: 'session' | 'api_key' | 'account' | 'token' | 'client' | 'key'; readonly id: string }
  /** A role of the account of this id: its tokens are answered "refresh required". */
  | { readonly kind: 'role'; readonly id: string; readonly role: string }
  | { readonly kind: 'everything' }

export type RevocationOutcome =
  | {
      readonly ok: true
      /** The feed's number by which every guard has heard of it. */
      readonly sequence: number
    }
  | {
      readonly ok: false
      readonly reason:
        | 'unknown_session'
        | 'unknown_api_key'
        | 'unknown_account'
        | 'unknown_token'
        | 'unknown_client'
        | 'unknown_key'
        /** Nobody else has the role `admin` and can log in. */
        | 'last_admin'
    }

export interface RevocationActDeps extends IssuedTokenDeps {
  readonly database: Database
}

/** How long a compromised key may still be in somebody's memory: longer than the longest token lives. */
const KEY_RECORD_SECONDS = 2 * 86_400

/** Revokes what is meant, durably, for every guard. Revoking again what was revoked is no error. */
export async function revoke(
  deps: RevocationActDeps,
  target: RevocationTarget,
  actor: Actor,
): Promise<RevocationOutcome> {
  switch (target.kind) {
    case 'session':
      return deps.database.write((tx) => revokeSession(tx, target.id, actor))
    case 'api_key':
      return deps.database.write((tx) => revokeApiKey(tx, target.id, actor))
    case 'account':
      return deps.database.write((tx) => revokeAccount(tx, target.id, actor))
    case 'role':
      return revokeRole(deps.database, target, actor)
    case 'token':
      return revokeToken(deps, target.id, actor)
    case 'client':
      return revokeClient(deps.database, target.id, actor)
    case 'key':
      return revokeKey(deps, target.id, actor)
    case 'everything':
      return revokeEverything(deps.database, actor)
  }
}

async function revokeSession(tx: Transaction, id: string, actor: Actor): Promise<RevocationOutcome> {
  const session = await findSession(tx.sql, id)
  if (!session) return { ok: false, reason: 'unknown_session' }
  const { sequence } = await endSession(tx, session, actor)
  // It had ended before: whoever has heard of everything until now has heard of that.
  return { ok: true, sequence: sequence ?? (await getFeedSequence(tx.sql)) }
}

async function revokeApiKey(tx: Transaction, id: string, actor: Actor): Promise<RevocationOutcome> {
  const key = await findApiKey(tx.sql, id)
  if (!key) return { ok: false, reason: 'unknown_api_key' }
  const sequence = await revokeApiKeys(tx, [key], actor)
  return { ok: true, sequence: sequence ?? (await getFeedSequence(tx.sql)) }
}

async function revokeAccount(tx: Transaction, id: string, actor: Actor): Promise<RevocationOutcome> {
  if (!(await findAccount(tx.sql, id))) return { ok: false, reason: 'unknown_account' }
  const { sequence } = await logOutEverywhere(tx, id, actor)
  return { ok: true, sequence }
}

async function revokeRole(
  database: Database,
  { id: accountId, role }: Extract<RevocationTarget, { kind: 'role' }>,
  actor: Actor,
): Promise<RevocationOutcome> {
  if (!(await findAccount(database.read, accountId))) return { ok: false, reason: 'unknown_account' }
  const change = { accountId, role, actor }
  // The command line may take the last one: whoever can run it makes another.
  if (actor === 'cli' || role !== ADMIN_ROLE) return { ok: true, sequence: await takeRole(database, change) }
  const isTaken = await database.write(async (tx) => {
    await lockRole(tx, ADMIN_ROLE)
    await lockAccount(tx, accountId)
    const isHeld = (await findAccount(tx.sql, accountId))?.roles.includes(ADMIN_ROLE)
    if (isHeld === true && !(await isRoleHeld(tx.sql, ADMIN_ROLE, accountId))) return false
    await takeRoleWithin(tx, change)
    return true
  })
  return isTaken ? { ok: true, sequence: await settleOutdatedClaims(database) } : { ok: false, reason: 'last_admin' }
}

async function revokeToken(deps: RevocationActDeps, token: string, actor: Actor): Promise<RevocationOutcome> {
  const verified = await verifyIssuedToken(deps, deps.database.read, token)
  if (!verified) return { ok: false, reason: 'unknown_token' }
  return { ok: true, sequence: await deps.database.write((tx) => revokeAccessToken(tx, verified, actor)) }
}

async function revokeClient(database: Database, clientId: string, actor: Actor): Promise<RevocationOutcome> {
  const concerned = { kind: 'c', identifier: clientId } as const
  const revoked = await revokeUpToNow(database, { concerned, actor }, async (tx) => {
    const isKnown = clientId === LOGIN_CLIENT_ID || (await findClient(tx.sql, clientId)) !== undefined
    return isKnown ? { sequence: await auditAndRecordUpToNow(tx, concerned, actor) } : undefined
  })
  return revoked ? { ok: true, ...revoked } : { ok: false, reason: 'unknown_client' }
}

async function revokeEverything(database: Database, actor: Actor): Promise<RevocationOutcome> {
  const concerned = { kind: 'a' } as const
  const revoked = await revokeUpToNow(database, { concerned, actor }, async (tx) => ({
    sequence: await auditAndRecordUpToNow(tx, concerned, actor),
  }))
  return { ok: true, ...revoked }
}

async function revokeKey(
  { database, sealer, keyRing }: RevocationActDeps,
  kid: string,
  actor: Actor,
): Promise<RevocationOutcome> {
  const draft = await draftReplacement(database.read, kid)
  if (!draft) return { ok: false, reason: 'unknown_key' }
  const sequence = await database.write(async (tx) => {
    await replaceCompromisedKey(tx, sealer, { kid, draft, actor })
    const forgetAt = Math.floor(tx.now / 1000) + KEY_RECORD_SECONDS
    return recordRevocations(tx, [{ kind: 'k', identifier: kid, forgetAt }])
  })
  keyRing.forget()
  return { ok: true, sequence }
}
