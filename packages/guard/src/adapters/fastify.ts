import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Auth, Guard, Outcome, Rule } from '../guard.ts'
import { checkRequest } from './check-request.ts'
import { NodeRequest } from './node-request.ts'
import { renderRefusal } from './render-refusal.ts'
import { validateRule } from './validate-rule.ts'

export { getAuth } from './get-auth.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who calls. Undefined on routes without `tokenRequired`, and for anonymous callers on optional routes. */
    auth?: Auth | undefined
  }
}

/** A hook for Fastify 5, in its callback form: a promise per request costs more than the check of a token seen before. */
export type FastifyHook = (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void) => void

/**
 * Makes a hook that lets a request pass only with a valid access token, and puts who calls at `request.auth`.
 *
 * Use it as `onRequest`, before the body is read. A guard whose `locations` include the body needs it as
 * `preValidation`, the first hook that sees a parsed body; as `onRequest` it would find no token there and refuse.
 *
 * @param rule absence means: any valid token of this guard's audience.
 * @throws GuardConfigurationError for a rule that isn't one, at once.
 * @see RFC 6750 §3
 */
export function tokenRequired<Claims, GuardRule extends Rule>(
  guard: Guard<Claims, GuardRule>,
  rule?: NoInfer<GuardRule>,
): FastifyHook {
  validateRule(guard, rule)
  return (request, reply, done) => {
    const incoming: FastifyRequest['raw'] & { originalUrl?: string } = request.raw
    const url = incoming.originalUrl ?? incoming.url
    const outcome = checkRequest(guard, new NodeRequest(incoming, url, request.body), rule)
    if (!('then' in outcome)) return settle(outcome, request, reply, done)
    outcome.then((settled) => settle(settled, request, reply, done)).catch(done)
  }
}

function settle(outcome: Outcome<unknown>, request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  if (outcome.kind === 'refused') {
    const { status, headers, text } = renderRefusal(outcome.refusal)
    // Without done: a reply that was sent ends the request.
    reply.code(status).headers(headers).send(text)
    return
  }
  request.auth = outcome.kind === 'authenticated' ? (outcome.auth as Auth) : undefined
  done()
}
