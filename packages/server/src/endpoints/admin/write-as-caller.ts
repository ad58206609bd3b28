import { findCarriedPermissions } from '../../domain/accounts/list-effective-permissions.ts'
import { lockAccount } from '../../domain/accounts/lock-account.ts'
import { ADMIN_AUDIENCE } from '../../domain/apis/admin-api.ts'
import { lockClient } from '../../domain/clients/change-client.ts'
import { lockRole } from '../../domain/roles/lock-role.ts'
import { ADMIN_ROLE } from '../../domain/roles/role.ts'
import type { Database, Queries, Transaction } from '../../platform/database/database.ts'
import { judgeIssuedToken } from '../judge-issued-token.ts'
import type { AdminDeps } from './admin-deps.ts'
import { type AdminCaller, invalidToken } from './authenticate-caller.ts'

/**
 * The database for one call. Its first transaction begins by asking once more whether the caller may: between the judgement of their token and that
 * transaction they may have been disabled or have lost a role or a scope, and a request that was under way would give them back what was just taken.
 *
 * Transactions after it belong to an act that was let in, even where it took the caller's own rights.
 */
export function writeAsCaller(deps: Pick<AdminDeps, 'database' | 'clock'>, caller: AdminCaller): Database {
  const { database } = deps
  let isLetIn = false
  return {
    ...database,
    async write(unit, options) {
      if (isLetIn) return database.write(unit, options)
      const made = await database.write(async (tx) => {
        await requireStillIn(tx, deps, caller)
        return unit(tx)
      }, options)
      isLetIn = true
      return made
    },
  }
}

/** @throws Problem 401 `invalid_token`: with a fresh token, if they still get one, they go on with what they may now. */
async function requireStillIn(
  tx: Transaction,
  { clock }: Pick<AdminDeps, 'clock'>,
  { accountId, clientId, token, permissions }: AdminCaller,
): Promise<void> {
  const held = [...permissions]
  const isPermitted =
    accountId === undefined ? await lockProgram(tx, clientId, held) : await lockPerson(tx, accountId, held)
  if (isPermitted && (await judgeIssuedToken(tx.sql, clock, token)).isGood) return
  throw invalidToken(token.jkt === undefined ? 'Bearer' : 'DPoP')
}

/** Whether a client has all of these scopes still; they stay until the transaction ends. */
async function lockProgram(tx: Transaction, clientId: string, scopes: readonly string[]): Promise<boolean> {
  const client = await lockClient(tx, clientId)
  return client !== undefined && scopes.every((scope) => client.scopes.includes(scope))
}

/** Whether a person has all of these permissions still; they stay until the transaction ends. */
async function lockPerson(tx: Transaction, accountId: string, permissions: readonly string[]): Promise<boolean> {
  // The role first and the account after it, as whoever ends somebody's administering does.
  await lockRole(tx, ADMIN_ROLE)
  await lockAccount(tx, accountId)
  return holdsAll(tx.sql, accountId, permissions)
}

async function holdsAll(sql: Queries, accountId: string, permissions: readonly string[]): Promise<boolean> {
  const carried = await findCarriedPermissions(sql, { accountId, audience: ADMIN_AUDIENCE, scopes: permissions })
  return permissions.every((permission) => carried.permissions.includes(permission))
}
