import { isTwoSteps } from '../../domain/assurance/acr.ts'
import { asksForSecondFactor } from '../../domain/login/list-factors.ts'
import type { Session } from '../../domain/sessions/session.ts'
import type { Queries } from '../../platform/database/database.ts'

/**
 * Whether a session may add or remove a passkey, which is as good as a password and a code: where the account asks for a second factor,
 * one that has proved it. A browser that is remembered has not. A passkey that was lost stands in nobody's way.
 */
export async function mayChangePasskeys(sql: Queries, { accountId, methods }: Session): Promise<boolean> {
  return isTwoSteps(methods) || !(await asksForSecondFactor(sql, accountId))
}
