import type { IncomingMessage } from 'node:http'
import type { Middleware, Next, ParameterizedContext } from 'koa'
import type { Guard, Outcome, Rule } from '../guard.ts'
import { checkRequest } from './check-request.ts'
import { NodeRequest } from './node-request.ts'
import { renderRefusal } from './render-refusal.ts'
import type { RuleAuth } from './rule-auth.ts'
import { validateRule } from './validate-rule.ts'

/** Koa's state behind `tokenRequired`. */
export interface GuardedState<GivenAuth> {
  /** Who calls; undefined only for anonymous callers on optional routes. */
  auth: GivenAuth
}

type GuardedContext = ParameterizedContext<GuardedState<unknown>>

/**
 * Makes a middleware that lets a request pass only with a valid access token, and puts who calls at `ctx.state.auth`.
 *
 * Refused requests are answered here and go no further. A guard whose `locations` include the body needs a body parser
 * that fills `ctx.request.body` before it.
 *
 * @param rule absence means: any valid token of this guard's audience.
 * @throws GuardConfigurationError for a rule that isn't one, at once.
 * @see RFC 6750 §3
 */
export function tokenRequired<Claims, GuardRule extends Rule, const GivenRule extends Rule = Record<never, never>>(
  guard: Guard<Claims, GuardRule>,
  rule?: GivenRule & NoInfer<GuardRule>,
): Middleware<GuardedState<RuleAuth<Claims, GivenRule>>> {
  validateRule(guard, rule)
  return (context, next) => {
    const ctx: GuardedContext = context
    const { body } = ctx.request as { body?: unknown }
    const outcome = checkRequest(guard, new NodeRequest(ctx.req as IncomingMessage, ctx.originalUrl, body), rule)
    if ('then' in outcome) return outcome.then((settled) => settle(settled, ctx, next))
    return settle(outcome, ctx, next)
  }
}

function settle(outcome: Outcome<unknown>, ctx: GuardedContext, next: Next): Promise<void> | undefined {
  if (outcome.kind === 'refused') {
    const { status, headers, text } = renderRefusal(outcome.refusal)
    ctx.status = status
    ctx.set(headers)
    ctx.body = text
    return undefined
  }
  ctx.state.auth = outcome.kind === 'authenticated' ? outcome.auth : undefined
  return next()
}
