export interface Credentials {
  readonly username: string
  readonly password: string
}

export type LoggedOutReason = 'logged_out' | 'session_ended'

/** What `on` tells, by name. */
export interface ClientEvents {
  readonly loggedIn: undefined
  readonly refreshed: undefined
  readonly loggedOut: { readonly reason: LoggedOutReason }
}

/** One person's session at one app. */
export interface Client {
  /** Whether there is a session, as far as is known without asking the server. */
  readonly isLoggedIn: boolean
  /** @throws ClientError `login_refused`, `login_throttled`, `unavailable` or `misconfigured` */
  logIn(credentials: Credentials): Promise<void>
  /**
   * Ends the session at the server, so that every API refuses its tokens within a second; with `everywhere`, all sessions of the account.
   *
   * @throws ClientError `unavailable`: the session has not ended then.
   */
  logOut(options?: { readonly everywhere?: boolean }): Promise<void>
  /**
   * As the global `fetch`, with a fresh token for the APIs of this client. An answer of 401 for the sake of the token is tried once more
   * with a new one, unless the body is a stream.
   *
   * @throws ClientError `not_logged_in`, `session_ended` or `unavailable`
   */
  fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response>
  /** An access token that is good for a while, for those who send it themselves. @throws as `fetch` */
  token(): Promise<string>
  /** Tells what happens; the returned function ends it. */
  on<Name extends keyof ClientEvents>(name: Name, listener: (event: ClientEvents[Name]) => void): () => void
  /** Ends what runs in the background. The session stays. */
  close(): void
}
