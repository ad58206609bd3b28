import type { AccessTokenClaims } from './claims/access-token-claims.ts'
import { WordSet } from './claims/word-set.ts'
import type { Auth } from './guard.ts'
import type { TokenSignals } from './token-signals.ts'

/** Who calls, by a verified token. */
export class TokenAuth<Claims> implements Auth<Claims> {
  // Private, so that whoever logs or serializes who called doesn't give the token away.
  readonly #token: string
  readonly #verified: AccessTokenClaims
  readonly #kid: string | undefined
  readonly #signals: TokenSignals
  readonly #words: Record<string, WordSet> = {}
  #signal: AbortSignal | undefined
  readonly claims: Claims
  readonly subject: string
  readonly clientId: string
  readonly sessionId: string | undefined

  constructor(
    token: string,
    claims: Claims,
    verified: AccessTokenClaims,
    kid: string | undefined,
    signals: TokenSignals,
  ) {
    const { sub, client_id, sid } = verified
    this.#token = token
    this.#verified = verified
    this.#kid = kid
    this.#signals = signals
    this.claims = claims
    this.subject = sub
    this.clientId = client_id
    this.sessionId = sid
  }

  get token(): string {
    return this.#token
  }

  get scopes(): ReadonlySet<string> {
    return this.#wordsOf('scope')
  }

  get permissions(): ReadonlySet<string> {
    return this.#wordsOf('permissions')
  }

  get roles(): ReadonlySet<string> {
    return this.#wordsOf('roles')
  }

  /** Made when it is first asked for, since it is held until the token expires. */
  get signal(): AbortSignal {
    this.#signal ??= this.#signals.open(this.#token, this.#verified, this.#kid)
    return this.#signal
  }

  /** Made when it is first asked for: most routes never do. */
  #wordsOf(claim: string): WordSet {
    this.#words[claim] ??= new WordSet(this.#verified[claim])
    return this.#words[claim]
  }
}
