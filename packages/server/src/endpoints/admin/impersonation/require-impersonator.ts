import type { Impersonator } from '../../../domain/impersonation/begin-impersonation.ts'
import { parseNetwork } from '../../../domain/throttle/parse-network.ts'
import { Problem } from '../../../platform/http/problem.ts'
import type { AdminCall } from '../admin-call.ts'

/** Whoever took over a session that was left open does not act as somebody else. */
const FRESH_SECONDS = 900

/**
 * Who acts as somebody else: a person, who signed in a moment ago; as strongly as the Admin API demands, like any caller.
 *
 * @throws Problem 409 `impersonation_off`, 403 `person_required`, 401 `insufficient_user_authentication` (RFC 9470 §3)
 */
export function requireImpersonator({ deps, caller, request }: AdminCall): Impersonator {
  if (!deps.allowsImpersonation) {
    const detail = 'Nobody may act as somebody else here: OSTIARY_IMPERSONATION is off.'
    throw new Problem({ status: 409, code: 'impersonation_off', detail })
  }
  const { accountId, clientId, permissions, authentication } = caller
  if (accountId === undefined) {
    const detail = 'A person acts as somebody else, with a token of their own; a program never does.'
    throw new Problem({ status: 403, code: 'person_required', detail })
  }
  const { at = 0, methods = [] } = authentication ?? {}
  if (deps.clock.now() - at > FRESH_SECONDS * 1000) {
    const detail = 'Sign in again: it needs a login of the last 15 minutes.'
    const error = `error="insufficient_user_authentication", error_description="${detail}"`
    const headers = { 'www-authenticate': `Bearer ${error}, max_age="${FRESH_SECONDS}"` }
    throw new Problem({ status: 401, code: 'insufficient_user_authentication', detail, headers })
  }
  return { accountId, clientId, permissions, methods, network: parseNetwork(request.ip) }
}
