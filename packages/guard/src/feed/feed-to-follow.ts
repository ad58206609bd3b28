import type { GuardEvent } from '../guard-event.ts'
import type { KeySource } from '../keys/key-source.ts'

/** What an issuer knows a guard by, for introspection and acknowledgements. */
export interface FeedCredential {
  readonly clientId: string
  readonly clientSecret: string
}

/** The option `feed`, checked and complete. */
export interface FeedSettings {
  /** Whether an issuer without a feed is a failure. */
  readonly isRequired: boolean
  /** Undefined when the issuer's metadata says it. */
  readonly urls: readonly string[] | undefined
  readonly mode: 'stream' | 'poll'
  readonly pollSeconds: number
  readonly onDark: 'refuse' | 'introspect' | 'accept-until-expiry'
  readonly coldStart: 'wait' | 'file' | 'accept'
  readonly file: string | undefined
  readonly auditFile: string | undefined
  readonly credential: FeedCredential | undefined
  readonly name: string | undefined
}

export interface FeedToFollow {
  readonly issuer: string
  readonly settings: FeedSettings
  readonly keys: KeySource
  readonly fetch: typeof globalThis.fetch
  readonly log: (event: GuardEvent) => void
  /** The wall clock, in milliseconds. */
  readonly clock: () => number
  /** Milliseconds of a clock that nobody sets. */
  readonly monotonic: () => number
  /** Called after records were applied. */
  readonly changed: () => void
}
