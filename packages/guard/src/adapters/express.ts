import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Auth, Guard, Outcome, Rule } from '../guard.ts'
import { checkRequest } from './check-request.ts'
import { NodeRequest } from './node-request.ts'
import { renderRefusal } from './render-refusal.ts'
import { validateRule } from './validate-rule.ts'

export { getAuth } from './get-auth.ts'

declare global {
  // The name by which Express lets others extend its request.
  namespace Express {
    interface Request {
      /** Who calls. Undefined on routes without `tokenRequired`, and for anonymous callers on optional routes. */
      auth?: Auth | undefined
    }
  }
}

/** What the middleware needs of Express's request; Node's own has the rest. */
export interface ExpressRequest extends IncomingMessage {
  auth?: Auth | undefined
  body?: unknown
  originalUrl?: string
}

/** A middleware for Express 5, and for any router of the `(req, res, next)` form. */
export type ExpressMiddleware = (req: ExpressRequest, res: ServerResponse, next: (error?: unknown) => void) => void

/**
 * Makes a middleware that lets a request pass only with a valid access token, and puts who calls at `req.auth`.
 *
 * Refused requests are answered here: 401, 403, 400 or 503 with the core's headers and JSON body; they don't reach
 * `app.use((err, …) => …)`. Only unexpected exceptions do.
 *
 * @param rule absence means: any valid token of this guard's audience.
 * @throws GuardConfigurationError for a rule that isn't one, at once.
 * @see RFC 6750 §3
 */
export function tokenRequired<Claims, GuardRule extends Rule>(
  guard: Guard<Claims, GuardRule>,
  rule?: NoInfer<GuardRule>,
): ExpressMiddleware {
  validateRule(guard, rule)
  return (req, res, next) => {
    const outcome = checkRequest(guard, new NodeRequest(req, req.originalUrl ?? req.url, req.body), rule)
    if (!('then' in outcome)) return settle(outcome, req, res, next)
    // Handed on and not returned: routers older than Express 5 take no notice of a promise.
    outcome.then((settled) => settle(settled, req, res, next)).catch(next)
  }
}

function settle(outcome: Outcome<unknown>, req: ExpressRequest, res: ServerResponse, next: () => void): void {
  if (outcome.kind === 'refused') {
    const { status, headers, text } = renderRefusal(outcome.refusal)
    res.statusCode = status
    // Not writeHead: only what is set before lets Node add the Content-Length.
    res.setHeaders(new Map(Object.entries(headers))).end(text)
    return
  }
  req.auth = outcome.kind === 'authenticated' ? (outcome.auth as Auth) : undefined
  next()
}
