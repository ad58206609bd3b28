import type { Rule } from '../guard.ts'
import { GuardConfigurationError } from '../guard-configuration-error.ts'
import { parseRule } from '../request/parse-rule.ts'

/**
 * Refuses a wrong rule where the route is defined, so that it stops the start and not the first request.
 *
 * @throws GuardConfigurationError
 */
export function validateRule(guard: object, rule: Rule | undefined): void {
  if (typeof guard !== 'object' || !('check' in guard)) throw new GuardConfigurationError('tokenRequired needs a guard')
  if (rule !== undefined) parseRule(rule)
}
