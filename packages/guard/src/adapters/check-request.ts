import type { Guard, GuardRequest, Outcome, Rule } from '../guard.ts'
import { asError } from './as-error.ts'

/** Asks the guard, at once when it can answer at once; whatever it throws arrives as an Error. */
export function checkRequest<Claims>(
  guard: Guard<Claims>,
  request: GuardRequest,
  rule: Rule | undefined,
): Outcome<Claims> | Promise<Outcome<Claims>> {
  try {
    const outcome = guard.check(request, rule)
    return 'then' in outcome ? outcome.catch(rethrow) : outcome
  } catch (thrown) {
    return rethrow(thrown)
  }
}

function rethrow(thrown: unknown): never {
  throw asError(thrown)
}
