import type { Context, MiddlewareHandler, Next } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Guard, Outcome, Rule } from '../guard.ts'
import { createFetchCheck } from './create-fetch-check.ts'
import { renderRefusal } from './render-refusal.ts'
import type { RuleAuth } from './rule-auth.ts'

/** What `tokenRequired` adds to Hono's environment: `c.get('auth')` is who calls, undefined only for anonymous callers on optional routes. */
export interface GuardedEnv<GivenAuth> {
  Variables: { auth: GivenAuth }
}

type GuardedContext = Context<GuardedEnv<unknown>>

/**
 * Makes a middleware that lets a request pass only with a valid access token, and puts who calls at `c.get('auth')`.
 *
 * Refused requests are answered here and go no further; `app.onError` sees only unexpected exceptions.
 *
 * @param rule absence means: any valid token of this guard's audience.
 * @throws GuardConfigurationError for a rule that isn't one, at once.
 * @see RFC 6750 §3
 */
export function tokenRequired<Claims, GuardRule extends Rule, const GivenRule extends Rule = Record<never, never>>(
  guard: Guard<Claims, GuardRule>,
  rule?: GivenRule & NoInfer<GuardRule>,
): MiddlewareHandler<GuardedEnv<RuleAuth<Claims, GivenRule>>> {
  const check = createFetchCheck(guard, rule)
  return (c, next) => {
    const outcome = check(c.req.raw)
    if ('then' in outcome) return outcome.then((settled) => settle(settled, c as GuardedContext, next))
    return settle(outcome, c as GuardedContext, next)
  }
}

function settle(outcome: Outcome<unknown>, c: GuardedContext, next: Next): ReturnType<MiddlewareHandler> {
  if (outcome.kind === 'refused') {
    const { status, headers, text } = renderRefusal(outcome.refusal)
    return Promise.resolve(c.body(text, status as ContentfulStatusCode, headers))
  }
  c.set('auth', outcome.kind === 'authenticated' ? outcome.auth : undefined)
  return next()
}
