/** What is looked at; each has its paragraph in docs/guide/doctor.md. */
export const checkNames = [
  'secret',
  'issuer',
  'https',
  'listening',
  'trusted-proxies',
  'forwarded-for',
  'hsts',
  'metrics-hidden',
  'clock',
  'feed',
  'guards',
  'keys',
  'database',
  'schema',
  'durability',
  'disk',
  'backup',
  'audit',
  'permissions',
  'user',
  'mail',
  'admin-factor',
  'sign-up',
  'registration',
  'password-cost',
  'node',
  'log',
] as const
export type CheckName = (typeof checkNames)[number]

/** `error`: it does not work, or is not safe. `warning`: it will hurt. `advice`: it could be better, and may be meant so. */
export type Level = 'ok' | 'advice' | 'warning' | 'error'

export interface Finding {
  readonly check: CheckName
  readonly level: Level
  /** What is so and, unless that is well, what to change. */
  readonly sentence: string
}

export function found(check: CheckName, level: Level, sentence: string): Finding {
  return { check, level, sentence }
}

/** Where a person reads what to do. */
export function guideOf(check: CheckName): string {
  return `docs/guide/doctor.md#${check}`
}
