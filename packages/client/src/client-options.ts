/** Where the refresh token is kept by an app of its own, such as a file that only its user may read. */
export interface TokenStorage {
  load(): Promise<string | undefined> | string | undefined
  save(refreshToken: string): Promise<void> | void
  clear(): Promise<void> | void
}

/** The two clocks that a token's age is told by. */
export interface ClientClock {
  /** Milliseconds of a clock that nobody sets; it may stand still while the machine sleeps. */
  monotonic(): number
  /** Milliseconds since 1970. */
  wall(): number
}

export interface ClientOptions {
  /** The authorization server's issuer identifier, exactly. */
  readonly issuer: string
  /** The app's `client_id`, registered as a public client. Default: the server's own client for first-party apps. */
  readonly clientId?: string
  /** The API that tokens are for. May be left out when the server knows one API only. */
  readonly audience?: string
  /** Scopes, separated by spaces. Default: all that the API has. */
  readonly scope?: string
  /** Origins that `fetch` sends the token to. Default: the origin of the audience. */
  readonly apis?: readonly string[]
  /**
   * Where the refresh token is kept. `memory` (the default): gone with the page or the process. `cookie`: in a cookie that no script can
   * read, for pages on the server's own origin. Or an object of your own, for Node.
   */
  readonly storage?: 'memory' | 'cookie' | TokenStorage
  /** Default: the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch
  /** For tests. */
  readonly clock?: ClientClock
}
