/** A guard's options or a route's rule are wrong, so that nothing may start: the message says which, and what is expected. */
export class GuardConfigurationError extends Error {
  override readonly name = 'GuardConfigurationError'
  readonly code = 'guard_configuration'
}
