import { isAcknowledged } from '../load/act.ts'
import type { KnownSession } from './endings.ts'
import type { Evidence, Violation } from './evidence.ts'

/** The log verifies, and has as many ends of sessions and log-outs of accounts as clients were told of, at least. */
export function checkAudit({ acts, endState }: Evidence, known: readonly KnownSession[]): Violation[] {
  const { auditFault, auditedActs } = endState
  const fault: Violation[] =
    auditFault === undefined ? [] : [{ rule: 'the audit log is not whole', at: undefined, sentence: auditFault }]
  const told = {
    'session.ended': known.filter(({ endedAt }) => endedAt !== undefined).length,
    'account.logged_out': acts.filter((act) => act.act === 'revoke-account' && isAcknowledged(act)).length,
  }
  const missing = Object.entries(told)
    .map(([act, count]) => ({ act, count, audited: auditedActs.get(act) ?? 0 }))
    .filter(({ count, audited }) => audited < count)
    .map(
      ({ act, count, audited }): Violation => ({
        rule: 'acknowledged, and lost',
        at: undefined,
        sentence: `The audit log has ${act} ${audited} times, and clients were told of it ${count} times.`,
      }),
    )
  return [...fault, ...missing]
}
