import { GuardConfigurationError } from './guard-configuration-error.ts'

/** A type that an option must have, or a test for what `typeof` doesn't tell. */
export type OptionRule = 'string' | 'function' | 'boolean' | 'object' | ((value: unknown) => boolean)

export function refuseOption(message: string): never {
  throw new GuardConfigurationError(message)
}

/** Refuses what has another type, and names that no rule knows. A text must not be empty, and an object is no list. */
export function applyOptionRules(
  given: object,
  rules: Readonly<Record<string, OptionRule>>,
  required: readonly string[],
): void {
  for (const name of [...required, ...Object.keys(given)]) {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined
    const value = (given as Record<string, unknown>)[name]
    if (value === undefined && rule !== undefined && !required.includes(name)) continue
    const isGood = typeof rule === 'function' ? rule(value) : typeof value === rule && value !== '' && value !== null
    // Without the value: it may be a secret that was put in the wrong place.
    if (!isGood) refuseOption(`${name} ${describeRule(rule)}`)
  }
}

function describeRule(rule: OptionRule | undefined): string {
  if (rule === undefined) return 'is no option'
  return typeof rule === 'function' ? 'has a wrong value' : `must be a ${rule}`
}

export function isWithin(value: unknown, max: number): boolean {
  return typeof value === 'number' && value >= 0 && value <= max
}
