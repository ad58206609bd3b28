import { type LoginOutcome, loginOutcomes } from '../login/login-outcome.ts'
import { type RefreshOutcome, refreshOutcomes } from '../sessions/refresh-outcome.ts'
import { type TokenOrigin, tokenOrigins } from '../tokens/token-origin.ts'
import { latencyBounds } from './latency.ts'

/** What is counted: each instance adds to it. A latency is counted under the milliseconds that it did not exceed. */
export type CountName =
  | `login:${LoginOutcome}`
  | `refresh:${RefreshOutcome}`
  | `token:${TokenOrigin}`
  | `latency:${string}`

/** What is measured once for all instances, at the beginning of a minute or hour. */
export type GaugeName = 'sessions' | 'feed'

export const loginNames: readonly (readonly [outcome: LoginOutcome, name: CountName])[] = loginOutcomes.map(
  (outcome) => [outcome, `login:${outcome}`],
)

export const refreshNames: readonly (readonly [outcome: RefreshOutcome, name: CountName])[] = refreshOutcomes.map(
  (outcome) => [outcome, `refresh:${outcome}`],
)

export const tokenNames: readonly (readonly [origin: TokenOrigin, name: CountName])[] = tokenOrigins.map((origin) => [
  origin,
  `token:${origin}`,
])

export const latencyNames: readonly (readonly [boundMilliseconds: number, name: CountName])[] = latencyBounds.map(
  (bound) => [bound, `latency:${bound}`],
)
