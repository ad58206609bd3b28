import type { NeededLogin } from './read-step-up.ts'

/** Where a refresh token rests between two uses, when the app keeps it by itself. */
export interface TokenStorage {
  /** The last saved token; undefined when there is none. */
  load(): string | undefined | Promise<string | undefined>
  save(refreshToken: string): void | Promise<void>
  clear(): void | Promise<void>
  /**
   * Names what the tabs of one browser share, such as the key in localStorage: they then refresh one at a time and hand each other
   * the access token. Absent: nobody else uses this storage.
   */
  readonly sharedAs?: string
}

/** Two clocks, in milliseconds. */
export interface Clock {
  /** Wall time since 1970; may jump, and goes on while the machine sleeps. */
  now(): number
  /** Never jumps; stands still while the machine sleeps. */
  monotonic(): number
}

export interface ClientOptions {
  /** The issuer, as in its metadata and in `iss`. An https URL; http on loopback hosts. */
  readonly issuer: string
  /** A registered public client. Default: the server's own, `ostiary`. */
  readonly clientId?: string
  /** The API that tokens are for. Default: the only one that is registered. */
  readonly audience?: string
  /** Scopes with blanks between. Default: all of the API. */
  readonly scope?: string
  /** Origins that `fetch` sends tokens to, or URLs below which it does. Default: the origin of the audience when that is an http or https URL. */
  readonly apis?: readonly string[]
  /** Default: `cookie` on pages of the issuer's own origin, else `memory`. */
  readonly storage?: 'memory' | 'cookie' | TokenStorage
  /**
   * Has the person sign in anew, by `logIn` or by leaving the page, when an API asks for a newer or stronger login (RFC 9470). True: they have,
   * and the request is sent once more. For requests that come meanwhile it is not called again. Default: the API's answer is the caller's.
   */
  readonly stepUp?: (needed: NeededLogin) => Promise<boolean>
  /** For proxies and tests. Default: the global one. */
  readonly fetch?: typeof globalThis.fetch
  /** For tests. */
  readonly clock?: Clock
}
