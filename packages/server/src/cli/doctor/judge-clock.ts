import { type Finding, found } from './finding.ts'

const SOON_MS = 2000
/** The leeway of a guard: beyond it new tokens are "not yet valid". */
const TOO_FAR_MS = 15_000

/** @param difference how far the other clock is ahead of this machine's, in milliseconds */
export function judgeClock(whose: string, difference: number): Finding {
  const far = Math.abs(difference)
  const seconds = `${(far / 1000).toFixed(1)} s ${difference > 0 ? 'ahead of' : 'behind'} this machine`
  if (far <= SOON_MS) return found('clock', 'ok', `${whose} and this machine agree on the time.`)
  const sentence = `${whose} is ${seconds}: let NTP set both clocks, since tokens are refused beyond 15 s.`
  return found('clock', far <= TOO_FAR_MS ? 'warning' : 'error', sentence)
}
