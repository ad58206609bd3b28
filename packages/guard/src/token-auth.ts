import type { AccessTokenClaims } from './claims/access-token-claims.ts'
import { ScopeSet } from './claims/scope-set.ts'
import type { Auth } from './guard.ts'

/** Who calls, by a verified token. */
export class TokenAuth<Claims> implements Auth<Claims> {
  // Private, so that whoever logs or serializes who called doesn't give the token away.
  readonly #token: string
  readonly #scope: string | undefined
  #scopes: ScopeSet | undefined
  readonly #watch: () => AbortSignal
  readonly claims: Claims
  readonly subject: string
  readonly clientId: string
  readonly sessionId: string | undefined

  constructor(
    token: string,
    claims: Claims,
    { sub, client_id, sid, scope }: AccessTokenClaims,
    watch: () => AbortSignal,
  ) {
    this.#token = token
    this.#scope = scope
    this.#watch = watch
    this.claims = claims
    this.subject = sub
    this.clientId = client_id
    this.sessionId = sid
  }

  get token(): string {
    return this.#token
  }

  get signal(): AbortSignal {
    return this.#watch()
  }

  /** Made when it is first asked for: most routes never do. */
  get scopes(): ReadonlySet<string> {
    this.#scopes ??= new ScopeSet(this.#scope)
    return this.#scopes
  }
}
