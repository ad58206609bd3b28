import type { ClientError } from './client-error.ts'

export interface Credentials {
  readonly username: string
  readonly password: string
  /** Of a second factor: a code from an authenticator app, or a recovery code. */
  readonly otp?: string
}

/** `unknown` until the server could say whether a kept session still lives. */
export type ClientState =
  | { readonly status: 'unknown' | 'logged-out' }
  | { readonly status: 'logged-in'; readonly sessionId: string; readonly scope: string }

/** Who ended it: this client by `logOut`, another tab of it, or the server. */
export type LogoutReason = 'logged_out' | 'elsewhere' | 'session_ended'

/** What listeners are told, by event. */
export interface ClientEvents {
  /** By `logIn`, by a session that was resumed, or in another tab. */
  readonly 'logged-in': { readonly sessionId: string }
  readonly 'logged-out': { readonly why: LogoutReason }
  /** There is a new access token. */
  readonly refreshed: { readonly sessionId: string }
  /** A refresh in the background failed; it is tried again. */
  readonly error: ClientError
}

export interface Client {
  /**
   * Logs a person in.
   *
   * @throws ClientError `login_refused`, `second_factor_required`, `second_factor_refused`, `login_throttled`, `network`, `unavailable`, `misconfigured`
   */
  logIn(credentials: Credentials): Promise<void>
  /**
   * Ends the session at the server, then forgets it. When it throws nothing has changed, so that nobody believes to be logged out
   * who is not. With `everywhere`: all sessions of the account.
   *
   * @throws ClientError `network`, `unavailable`, `misconfigured`
   */
  logOut(options?: { readonly everywhere?: boolean }): Promise<void>
  /**
   * As the global one, with a fresh token for URLs of `apis`. Where an API asks for a newer or stronger login, the option `stepUp` is asked.
   *
   * @throws ClientError `not_logged_in`, `session_ended`, `network`, `unavailable` when there is no token to send; what fetch throws
   */
  fetch(input: string | URL | Request, init?: RequestInit): Promise<Response>
  /** An access token that is good for some seconds at least. Throws as `fetch`. */
  token(): Promise<string>
  state(): ClientState
  /** Resolves once a kept session was resumed, or there is none; also when it could not be found out. */
  ready(): Promise<ClientState>
  /** Returns what takes the listener away again. */
  on<Name extends keyof ClientEvents>(event: Name, listener: (detail: ClientEvents[Name]) => void): () => void
  /** Stops refreshing and listening to other tabs. The session lives on. */
  close(): void
}
