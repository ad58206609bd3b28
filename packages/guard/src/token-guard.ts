import { acceptClaims } from './accept-claims.ts'
import { verifyAccessToken } from './claims/verify-access-token.ts'
import type { AnonymousReason, Guard, GuardRequest, GuardState, Outcome, Rule, TokenLocation } from './guard.ts'
import type { FailedCheck } from './guard-event.ts'
import type { RefusedToken } from './jws/check.ts'
import type { KeySet } from './jws/key-set.ts'
import type { KeySource } from './keys/key-source.ts'
import type { GuardSettings } from './parse-options.ts'
import { type FoundToken, findToken, isCredentials } from './request/find-token.ts'
import { hasScopes, type ParsedRule, parseRule } from './request/parse-rule.ts'
import { createRefusal, type RefusalCode, refusalAnswers } from './request/refusal-answers.ts'
import { shapeRefusal } from './request/shape-refusal.ts'
import type { Denial, RevocationSource } from './revocation-source.ts'
import { toVerifiedToken, type VerifiedToken } from './to-verified-token.ts'
import { TokenError } from './token-error.ts'
import { TokenSignals } from './token-signals.ts'
import type { VerifiedTokens } from './verified-tokens.ts'

/** What became of one token: verified, refused, or not to be told for want of keys. */
type Judgement<Claims> = VerifiedToken<Claims> | RefusedToken | { readonly ok: false; readonly failure: undefined }

const unavailable: Judgement<never> = { ok: false, failure: undefined }
const anyToken: Rule = {}

/** The guard: it decides, and adapters translate. Its methods may be handed on without it. */
export class TokenGuard<Claims> implements Guard<Claims> {
  readonly locations: readonly TokenLocation[]
  readonly #settings: GuardSettings<Claims>
  readonly #keys: KeySource
  readonly #tokens: VerifiedTokens<Claims>
  readonly #revocations: RevocationSource
  readonly #signals: TokenSignals = new TokenSignals((token) => this.#findEnd(token))
  readonly #rules: WeakMap<Rule, ParsedRule> = new WeakMap()

  constructor(
    settings: GuardSettings<Claims>,
    keys: KeySource,
    tokens: VerifiedTokens<Claims>,
    revocations: RevocationSource,
  ) {
    this.locations = settings.locationNames
    this.#settings = settings
    this.#keys = keys
    this.#tokens = tokens
    this.#revocations = revocations
    revocations.changed = () => this.#signals.sweep()
  }

  readonly verify = async (token: string): Promise<Claims> => {
    if (typeof token !== 'string' || token === '') throw new TokenError('token_missing')
    await this.#revocations.awaited()
    const judgement = await this.#judge(token)
    if (judgement.ok) return this.#demandUnrevoked(judgement).outcome.auth.claims
    const { failure } = judgement
    throw failure === undefined
      ? new TokenError('keys_unavailable')
      : new TokenError(`token_${nameReason(failure)}`, failure)
  }

  readonly check = (request: GuardRequest, rule: Rule = anyToken): Outcome<Claims> | Promise<Outcome<Claims>> => {
    const parsed = this.#rules.get(rule) ?? this.#readRule(rule)
    const found = findToken(request, this.#settings.locations)
    if (found === undefined) return this.#turnAway('absent', undefined, request, parsed)
    if (!found.ok) return this.#refuse('invalid_request', request, found)
    const awaited = this.#revocations.awaited()
    const judgement = awaited === undefined ? this.#judge(found.token) : awaited.then(() => this.#judge(found.token))
    if (judgement instanceof Promise) return judgement.then((judged) => this.#conclude(judged, found, request, parsed))
    return this.#conclude(judgement, found, request, parsed)
  }

  readonly state = (): GuardState => {
    const { size, hits, misses } = this.#tokens
    return { keys: this.#keys.state(), cache: { size, hits, misses }, feed: this.#revocations.state() }
  }

  readonly close = (): void => {
    this.#keys.close()
    this.#revocations.close()
    this.#signals.close()
  }

  readonly #watch = (token: VerifiedToken<unknown>): AbortSignal => this.#signals.watch(token)

  #readRule(rule: Rule): ParsedRule {
    const parsed = parseRule(rule)
    this.#rules.set(rule, parsed)
    return parsed
  }

  #conclude(judgement: Judgement<Claims>, found: FoundToken, request: GuardRequest, rule: ParsedRule): Outcome<Claims> {
    if (judgement.ok) {
      const denial = this.#revocations.judge(judgement, rule.isStrict)
      return denial === undefined ? this.#authorize(judgement, request, rule) : this.#deny(denial, request, rule)
    }
    const { failure } = judgement
    if (failure === undefined)
      return this.#refuse('keys_unavailable', request, { sentence: this.#keys.state().lastError })
    if (failure.check === 'form' && found.place === 'header' && !isCredentials(found.token)) {
      return this.#refuse('invalid_request', request, { sentence: 'the Authorization header is malformed' })
    }
    return this.#turnAway(nameReason(failure), failure, request, rule)
  }

  #deny(denial: Denial, request: GuardRequest, rule: ParsedRule): Outcome<Claims> {
    if (denial !== 'feed_unavailable') return this.#turnAway('invalid', describeDenial(denial), request, rule, denial)
    return this.#refuse(denial, request, { sentence: this.#revocations.state().lastError })
  }

  #demandUnrevoked(token: VerifiedToken<Claims>): VerifiedToken<Claims> {
    const denial = this.#revocations.judge(token, false)
    if (denial === undefined) return token
    throw new TokenError(denial, denial === 'feed_unavailable' ? undefined : describeDenial(denial))
  }

  #findEnd(token: VerifiedToken<unknown>): RefusalCode | undefined {
    return this.#settings.clock() < token.validUntil ? this.#revocations.judge(token, false) : 'token_expired'
  }

  #authorize({ outcome }: VerifiedToken<Claims>, request: GuardRequest, rule: ParsedRule): Outcome<Claims> {
    if (rule.challengeScope === undefined || hasScopes(outcome.auth.scopes, rule)) return outcome
    const sentence = `has ${[...outcome.auth.scopes].join(' ')}`
    return this.#refuse('insufficient_scope', request, { sentence, scope: rule.challengeScope })
  }

  #turnAway(
    reason: AnonymousReason,
    failure: FailedCheck | undefined,
    request: GuardRequest,
    rule: ParsedRule,
    code: RefusalCode = `token_${reason === 'absent' ? 'missing' : reason}`,
  ): Outcome<Claims> {
    if (!rule.allowed[reason]) return this.#refuse(code, request, { failure })
    if (failure !== undefined) this.#settings.log({ type: 'anonymous', code, detail: failure })
    return { kind: 'anonymous', reason }
  }

  #refuse(
    code: RefusalCode,
    request: GuardRequest,
    about: {
      readonly failure?: FailedCheck | undefined
      readonly sentence?: string | undefined
      readonly scope?: string | undefined
    },
  ): Outcome<Claims> {
    const { failure: detail, sentence = refusalAnswers[code].message } = about
    this.#settings.log({ type: 'refused', code, sentence, ...(detail === undefined ? undefined : { detail }) })
    const isUnavailable = refusalAnswers[code].status === 503
    const refusal = createRefusal(code, about.scope, isUnavailable ? (this.#keys.retrySeconds() ?? 1) : undefined)
    return { kind: 'refused', refusal: shapeRefusal(refusal, request, this.#settings.shapeRefusal) }
  }

  #judge(token: string): Judgement<Claims> | Promise<Judgement<Claims>> {
    const keySet = this.#keys.current()
    if (keySet === undefined) return this.#keys.obtain().then((obtained) => this.#judgeAtLast(token, obtained))
    const judgement = this.#judgeWith(token, keySet)
    if (judgement.ok || judgement.unknownKid === undefined) return judgement
    const sought = this.#keys.seek(judgement.unknownKid)
    return sought === undefined
      ? this.#judgeAtLast(token, keySet)
      : sought.then((latest) => this.#judgeAtLast(token, latest))
  }

  /** Judges with all keys there are to be had. A kid that is unknown while fetching fails may be a new one: not to be told. */
  #judgeAtLast(token: string, keySet: KeySet | undefined): Judgement<Claims> {
    if (keySet === undefined) return unavailable
    const judgement = this.#judgeWith(token, keySet)
    if (judgement.ok || judgement.unknownKid === undefined) return judgement
    return this.#keys.retrySeconds() === undefined ? judgement : unavailable
  }

  #judgeWith(token: string, keySet: KeySet): Exclude<Judgement<Claims>, { failure: undefined }> {
    const { policy, clock, schema } = this.#settings
    const now = clock()
    const known = this.#tokens.find(token, now)
    if (known !== undefined) return known
    this.#tokens.misses += 1
    const verified = verifyAccessToken(token, keySet, policy, now)
    if (!verified.ok) return verified
    const accepted = acceptClaims(verified.claims, schema)
    if (!accepted.ok) return accepted
    const latest = toVerifiedToken(token, verified, accepted.claims as Claims, policy.leewaySeconds, this.#watch)
    this.#tokens.add(latest)
    return latest
  }
}

function nameReason({ check }: FailedCheck): 'expired' | 'invalid' {
  return check === 'expiry' ? 'expired' : 'invalid'
}

function describeDenial(denial: Denial): FailedCheck {
  return { check: 'revocation', expected: 'no record in the feed', got: denial }
}
