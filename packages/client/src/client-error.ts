export type ClientErrorCode =
  /** Nobody is logged in: ask the person to. */
  | 'not_logged_in'
  /** The user name and the password don't match, or the account is disabled. */
  | 'login_refused'
  /** Too many attempts: wait for `retryAfterSeconds`. */
  | 'login_throttled'
  /** The session has ended: ask the person to log in again. */
  | 'session_ended'
  /** The server can't be reached or is busy. The session stays: try again. */
  | 'unavailable'
  /** The server understands the request differently than this client: an option is wrong. */
  | 'misconfigured'

/** What a client couldn't do. */
export class ClientError extends Error {
  override readonly name = 'ClientError'
  readonly code: ClientErrorCode
  /** How long to wait before trying again, as the server says; undefined when it doesn't. */
  readonly retryAfterSeconds: number | undefined

  constructor(code: ClientErrorCode, message: string, retryAfterSeconds?: number, cause?: unknown) {
    super(message, { cause })
    this.code = code
    this.retryAfterSeconds = retryAfterSeconds
  }
}
