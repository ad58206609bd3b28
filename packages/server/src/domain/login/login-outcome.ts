/** How a login ends: what is counted, and what an endpoint decides on. */
export const loginOutcomes = [
  'succeeded',
  'refused',
  'throttled',
  'busy',
  'invalid_target',
  'factor_missing',
  'factor_refused',
] as const
export type LoginOutcome = (typeof loginOutcomes)[number]
