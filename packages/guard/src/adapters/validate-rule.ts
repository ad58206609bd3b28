import type { Rule } from '../guard.ts'
import { parseRule } from '../request/parse-rule.ts'

/**
 * Refuses a wrong rule where the route is defined, so that it stops the start and not the first request.
 *
 * @throws GuardConfigurationError
 */
export function validateRule(rule: Rule | undefined): void {
  if (rule !== undefined) parseRule(rule)
}
