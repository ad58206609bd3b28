/** What one route asks of a token. A rule is read once: make it where the route is defined, and don't change it. */
export interface Rule {
  /** Scopes that must all be there; a text may hold several, separated by spaces. */
  readonly scope?: string | readonly string[]
  /** Scopes of which one must be there. */
  readonly anyScope?: readonly string[]
  /** Whether requests without a valid token pass as anonymous. By default, what the guard's option `optional` says. */
  readonly optional?: OptionalPolicy
}

/** `true` lets pass only who brings no token. Everything that isn't said to be allowed is refused. */
export type OptionalPolicy =
  | boolean
  | {
      readonly absent?: 'allow' | 'refuse'
      readonly expired?: 'allow' | 'refuse'
      readonly invalid?: 'allow' | 'refuse'
    }
