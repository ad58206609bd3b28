import type { Guard, Outcome, Rule } from '../guard.ts'
import { createFetchCheck } from './create-fetch-check.ts'
import { renderRefusal } from './render-refusal.ts'
import type { RuleAuth } from './rule-auth.ts'

/** A handler behind `tokenRequired`: who calls comes second, then whatever the platform passes on (environment, context, …). */
export type GuardedHandler<GivenAuth, Rest extends readonly unknown[]> = (
  request: Request,
  auth: GivenAuth,
  ...rest: Rest
) => Response | Promise<Response>

/** A plain `Request → Response` handler, as fetch-style platforms call it. */
export type FetchHandler<Rest extends readonly unknown[]> = (
  request: Request,
  ...rest: Rest
) => Response | Promise<Response>

/**
 * Wraps a `Request → Response` handler, so that it runs only for requests with a valid access token.
 *
 * @param rule absence means: any valid token of this guard's audience.
 * @throws GuardConfigurationError for a rule that isn't one, at once.
 * @see RFC 6750 §3
 */
export function tokenRequired<Claims, GuardRule extends Rule, const GivenRule extends Rule = Record<never, never>>(
  guard: Guard<Claims, GuardRule>,
  rule?: GivenRule & NoInfer<GuardRule>,
): <Rest extends readonly unknown[]>(handler: GuardedHandler<RuleAuth<Claims, GivenRule>, Rest>) => FetchHandler<Rest> {
  const check = createFetchCheck(guard, rule)
  return (handler) =>
    (request, ...rest) => {
      const outcome = check(request)
      const settle = (settled: Outcome<Claims>): Response | Promise<Response> => {
        if (settled.kind === 'refused') return respond(settled)
        const auth = settled.kind === 'authenticated' ? settled.auth : undefined
        return handler(request, auth as RuleAuth<Claims, GivenRule>, ...rest)
      }
      return 'then' in outcome ? outcome.then(settle) : settle(outcome)
    }
}

function respond({ refusal }: Extract<Outcome, { kind: 'refused' }>): Response {
  const rendered = renderRefusal(refusal)
  return new Response(rendered.text, rendered)
}
