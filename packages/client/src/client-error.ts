/** Why something could not be done. The session is still there unless the code is `session_ended` or `not_logged_in`. */
export type ClientErrorCode =
  /** Nobody is logged in. */
  | 'not_logged_in'
  /** The user name and password did not match. */
  | 'login_refused'
  /** The password was right, and the account asks for a second factor: send its code as `otp`. */
  | 'second_factor_required'
  /** The code of the second factor was wrong, too old, or used before. */
  | 'second_factor_refused'
  /** Too many failed logins; `retryAfterSeconds` says how long to wait. */
  | 'login_throttled'
  /** The server said that the session is over: log in again. */
  | 'session_ended'
  /** The server does not accept the API key: it is revoked, expired or unknown. */
  | 'api_key_refused'
  /** No answer came: offline, a broken connection, or a time-out. */
  | 'network'
  /** The server or one before it cannot answer now: 429 or 5xx. */
  | 'unavailable'
  /** An option or the set-up at the server is wrong; the message says what. */
  | 'misconfigured'
  /** The app's own storage failed; `cause` is what it threw. */
  | 'storage'
  /** `close()` was called. */
  | 'closed'

/** A failure with a code of a closed set. */
export class ClientError extends Error {
  override readonly name = 'ClientError'
  readonly code: ClientErrorCode
  /** How long the server asks to wait; absent when it did not say. */
  readonly retryAfterSeconds: number | undefined

  constructor(
    code: ClientErrorCode,
    message: string,
    { cause, retryAfterSeconds }: { readonly cause?: unknown; readonly retryAfterSeconds?: number | undefined } = {},
  ) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.retryAfterSeconds = retryAfterSeconds
  }

  /** Whether trying again later may help: it says nothing about the session. */
  get isPassing(): boolean {
    return this.code === 'network' || this.code === 'unavailable'
  }
}
