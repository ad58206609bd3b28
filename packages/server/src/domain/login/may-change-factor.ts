import type { Queries } from '../../platform/database/database.ts'
import { isTwoSteps } from '../assurance/acr.ts'
import { listPasskeys } from '../passkeys/list-passkeys.ts'
import { isMoreDemandedAnywhere } from './demand-of-access.ts'
import { asksForSecondFactor, listFactors } from './list-factors.ts'

/** A session, as far as it says who may change what. */
interface Changer {
  readonly accountId: string
  readonly methods: readonly string[]
}

/** Whether a session may change the app or the recovery codes: one that has proved a factor, where the account has any. */
export async function mayChangeFactors(sql: Queries, changer: Changer): Promise<boolean> {
  if (isTwoSteps(changer.methods)) return true
  return (await listFactors(sql, changer.accountId)).length === 0 && !(await isPasskeyDemanded(sql, changer))
}

/**
 * Whether a session may add or remove a passkey, which is as good as a password and a code: where the account asks for a second factor,
 * one that has proved it. A browser that is remembered has not. A passkey that was lost stands in nobody's way, unless it is demanded.
 */
export async function mayChangePasskeys(sql: Queries, changer: Changer): Promise<boolean> {
  if (isTwoSteps(changer.methods)) return true
  return !(await asksForSecondFactor(sql, changer.accountId)) && !(await isPasskeyDemanded(sql, changer))
}

/**
 * Whether the account has a passkey, suspended or not, by which it may have to prove what an operator demands: a password alone then puts
 * nothing beside it or in its place.
 */
async function isPasskeyDemanded(sql: Queries, { accountId }: Changer): Promise<boolean> {
  return (await listPasskeys(sql, accountId)).length > 0 && (await isMoreDemandedAnywhere(sql, accountId))
}
