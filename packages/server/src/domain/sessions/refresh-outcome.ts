/** How a refresh ends: what is counted. */
export const refreshOutcomes = [
  'rotated',
  'repeated',
  'refused',
  'session_ended',
  'reused',
  'history_lost',
  'factor_required',
] as const
export type RefreshOutcome = (typeof refreshOutcomes)[number]
