import type { Auth, Guard } from '../guard.ts'

/**
 * Gives what `tokenRequired(guard)` found out about the caller, for handlers whose framework can't type it as present.
 *
 * @param guard the guard that protects this route; its claims type is the result's.
 * @throws {Error} when no `tokenRequired` ran before the handler, or the caller is anonymous on an optional route: a
 * mistake in the routes, which must not turn into a request without an identity.
 */
export function getAuth<Claims>(_guard: Guard<Claims>, request: { readonly auth?: unknown }): Auth<Claims> {
  if (request.auth === undefined || request.auth === null) {
    throw new Error('Nobody is authenticated here: put tokenRequired(guard) in front of this handler.')
  }
  return request.auth as Auth<Claims>
}
