import { isTwoSteps } from '../../domain/assurance/acr.ts'
import { isMoreDemandedAnywhere } from '../../domain/login/demand-of-access.ts'
import { asksForSecondFactor, listFactors } from '../../domain/login/list-factors.ts'
import type { Session } from '../../domain/sessions/session.ts'
import type { Queries } from '../../platform/database/database.ts'

/**
 * Whether a session may add or remove a passkey, which is as good as a password and a code: where the account asks for a second factor,
 * one that has proved it. A browser that is remembered has not.
 *
 * Where an operator demands a second factor of anybody, a passkey may be the account's: a password alone then adds none beside it. Elsewhere a
 * passkey that was lost stands in nobody's way.
 */
export async function mayChangePasskeys(sql: Queries, { accountId, methods }: Session): Promise<boolean> {
  if (isTwoSteps(methods)) return true
  if (await asksForSecondFactor(sql, accountId)) return false
  return (await listFactors(sql, accountId)).length === 0 || !(await isMoreDemandedAnywhere(sql, accountId))
}
