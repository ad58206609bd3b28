import { isAcknowledged } from '../load/act.ts'
import { groupBy } from './endings.ts'
import type { Evidence, Violation } from './evidence.ts'

/** RFC 6749 §4.1.2: a code gives tokens once. */
export function checkCodes({ acts }: Evidence): Violation[] {
  const redeemed = acts.filter((act) => act.act === 'exchange' && isAcknowledged(act))
  return [...groupBy(redeemed, ({ code }) => code).values()]
    .filter((same) => same.length > 1)
    .map((same) => ({
      rule: 'used twice',
      at: same[1]?.endedAt,
      sentence: `The code ${same[0]?.code} gave tokens ${same.length} times.`,
    }))
}
