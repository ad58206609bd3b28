import { createHash } from 'node:crypto'
import type { Transaction } from '../../platform/database/database.ts'
import { canonicalLoginName } from '../accounts/canonical-login-name.ts'
import { spendMail } from './mail-budget-store.ts'

interface Budget {
  /** So many at once. */
  readonly burst: number
  /** And one more each time that so long has passed. */
  readonly costMilliseconds: number
}

const hour = 3_600_000

/** Why these: docs/decisions/0042-budgets-of-mails.md. In this order: who is beyond one spends nothing of the next. */
const budgets: Readonly<Record<'network' | 'hour' | 'day', Budget>> = {
  network: { burst: 50, costMilliseconds: hour / 60 },
  hour: { burst: 6, costMilliseconds: hour },
  day: { burst: 10, costMilliseconds: 3 * hour },
}

export interface MailToAdmit {
  readonly recipient: string
  readonly network: string | undefined
  /** Recovery has a budget of its own: whoever has other mails sent to an address doesn't keep its person out. */
  readonly isRecovery: boolean
}

/** Whether a code may be mailed: to this address, and for a request from this network. Counts it, if it may. */
export async function admitMail(tx: Transaction, { recipient, network, isRecovery }: MailToAdmit): Promise<boolean> {
  const address = `${isRecovery ? 'recovery ' : ''}${canonicalLoginName(recipient)}`
  for (const [name, { burst, costMilliseconds }] of Object.entries(budgets)) {
    const whose = name === 'network' ? network : address
    if (whose === undefined) continue
    const key = `${name}:${createHash('sha256').update(whose).digest('base64url')}`
    const spending = { key, now: tx.now, costMilliseconds, aheadMilliseconds: burst * costMilliseconds }
    if (!(await spendMail(tx.sql, spending))) return false
  }
  return true
}
