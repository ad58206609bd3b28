import type { Guard, Outcome, Rule } from '../guard.ts'
import { checkRequest } from './check-request.ts'
import { FetchRequest } from './fetch-request.ts'
import { readBody } from './read-body.ts'
import { validateRule } from './validate-rule.ts'

/** Makes the check of web-standard requests; it reads a body, from a copy, only for a guard that looks there. */
export function createFetchCheck<Claims>(
  guard: Guard<Claims>,
  rule: Rule | undefined,
): (request: Request) => Outcome<Claims> | Promise<Outcome<Claims>> {
  validateRule(guard, rule)
  const check = (request: Request, body?: unknown) => checkRequest(guard, new FetchRequest(request, body), rule)
  return guard.locations.includes('body') ? async (request) => check(request, await readBody(request)) : check
}
