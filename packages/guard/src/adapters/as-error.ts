/**
 * Turns whatever was thrown into an Error.
 *
 * Express and Fastify take a thrown `undefined` for "no error" and go on to the handler, and Express takes `'route'` for a
 * command. What a hook of the guard threw must never open a route.
 */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error('The guard could not check the request', { cause: thrown })
}
