import { acceptClaims } from './accept-claims.ts'
import { verifyAccessToken } from './claims/verify-access-token.ts'
import type { Denial } from './feed/deny-set.ts'
import type { FeedAnswer, FeedSource } from './feed/feed-source.ts'
import type {
  AnonymousReason,
  FeedState,
  Guard,
  GuardRequest,
  GuardState,
  Outcome,
  Refusal,
  Rule,
  TokenLocation,
} from './guard.ts'
import type { FailedCheck } from './guard-event.ts'
import type { RefusedToken } from './jws/check.ts'
import type { KeySet } from './jws/key-set.ts'
import type { KeySource } from './keys/key-source.ts'
import type { GuardSettings } from './parse-options.ts'
import { type FoundToken, findToken, isCredentials } from './request/find-token.ts'
import { describeDemand, findUnmet, listNeeds, type ParsedRule, parseRule } from './request/parse-rule.ts'
import { createRefusal, type RefusalCode, refusalAnswers } from './request/refusal-answers.ts'
import { shapeRefusal } from './request/shape-refusal.ts'
import { toVerifiedToken, type VerifiedToken } from './to-verified-token.ts'
import { TokenError } from './token-error.ts'
import { TokenSignals } from './token-signals.ts'
import type { VerifiedTokens } from './verified-tokens.ts'

/** What became of one token: verified, refused, or not to be told for want of keys. */
type Judgement<Claims> = VerifiedToken<Claims> | RefusedToken | { readonly ok: false; readonly failure: undefined }

const unavailable: Judgement<never> = { ok: false, failure: undefined }
const anyToken: Rule = {}
const feedOff: FeedState = { state: 'off', sequence: 0, records: 0, ageSeconds: undefined, lastError: undefined }

/** The guard: it decides, and adapters translate. Its methods may be handed on without it. */
export class TokenGuard<Claims> implements Guard<Claims> {
  readonly locations: readonly TokenLocation[]
  readonly #settings: GuardSettings<Claims>
  readonly #keys: KeySource
  readonly #tokens: VerifiedTokens<Claims>
  readonly #feed: FeedSource | undefined
  readonly #signals: TokenSignals
  readonly #rules: WeakMap<Rule, ParsedRule> = new WeakMap()

  constructor(
    settings: GuardSettings<Claims>,
    keys: KeySource,
    tokens: VerifiedTokens<Claims>,
    signals: TokenSignals = new TokenSignals(settings.clock, settings.policy.leewaySeconds),
    feed?: FeedSource,
  ) {
    this.locations = settings.locationNames
    this.#settings = settings
    this.#keys = keys
    this.#tokens = tokens
    this.#signals = signals
    this.#feed = feed
  }

  readonly verify = async (token: string): Promise<Claims> => {
    if (typeof token !== 'string' || token === '') throw new TokenError('token_missing')
    const judgement = await this.#judge(token)
    if (judgement.ok) {
      const answer = await this.#feed?.ask(judgement, false)
      if (answer === undefined) return judgement.outcome.auth.claims
      throw new TokenError(answer, answer === 'feed_unavailable' ? undefined : describeDenial(answer))
    }
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
    const judgement = this.#judge(found.token)
    if (judgement instanceof Promise) return judgement.then((judged) => this.#conclude(judged, found, request, parsed))
    return this.#conclude(judgement, found, request, parsed)
  }

  readonly state = (): GuardState => {
    const { size, hits, misses } = this.#tokens
    return { keys: this.#keys.state(), feed: this.#feed?.state() ?? feedOff, cache: { size, hits, misses } }
  }

  readonly close = (): void => {
    this.#keys.close()
    this.#feed?.close()
    this.#signals.close()
  }

  #readRule(rule: Rule): ParsedRule {
    const parsed = parseRule(rule)
    this.#rules.set(rule, parsed)
    return parsed
  }

  #conclude(
    judgement: Judgement<Claims>,
    found: FoundToken,
    request: GuardRequest,
    rule: ParsedRule,
  ): Outcome<Claims> | Promise<Outcome<Claims>> {
    if (judgement.ok) return this.#admit(judgement, request, rule)
    const { failure } = judgement
    if (failure === undefined)
      return this.#refuse('keys_unavailable', request, { sentence: this.#keys.state().lastError })
    if (found.place === 'header' && !isCredentials(found.token)) {
      return this.#refuse('invalid_request', request, { sentence: 'the Authorization header is malformed' })
    }
    return this.#turnAway(nameReason(failure), failure, request, rule)
  }

  /** Asks the feed about a token that is good by itself. */
  #admit(
    token: VerifiedToken<Claims>,
    request: GuardRequest,
    rule: ParsedRule,
  ): Outcome<Claims> | Promise<Outcome<Claims>> {
    const answer = this.#feed?.ask(token, rule.isStrict)
    if (answer === undefined) return this.#authorize(token, request, rule)
    if (answer instanceof Promise) return answer.then((late) => this.#follow(late, token, request, rule))
    return this.#follow(answer, token, request, rule)
  }

  #follow(answer: FeedAnswer, token: VerifiedToken<Claims>, request: GuardRequest, rule: ParsedRule): Outcome<Claims> {
    if (answer === undefined) return this.#authorize(token, request, rule)
    if (answer === 'feed_unavailable') {
      return this.#refuse(answer, request, { sentence: this.#feed?.state().lastError ?? 'the feed is silent' })
    }
    return this.#turnAway('invalid', describeDenial(answer), request, rule, answer)
  }

  #authorize({ outcome, claims }: VerifiedToken<Claims>, request: GuardRequest, rule: ParsedRule): Outcome<Claims> {
    const unmet = findUnmet(rule, claims, this.#settings.clock())
    if (unmet === undefined) return outcome
    const { code } = unmet
    return this.#refuse(code, request, { failure: describeDemand(unmet, claims), needs: listNeeds(rule, code) })
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
      readonly needs?: Refusal['needs']
    },
  ): Outcome<Claims> {
    const { failure: detail, sentence = refusalAnswers[code].message } = about
    this.#settings.log({ type: 'refused', code, sentence, ...(detail === undefined ? undefined : { detail }) })
    const isUnavailable = refusalAnswers[code].status === 503
    // The feed is tried again all the time.
    const untilKeysSeconds = code === 'keys_unavailable' ? this.#keys.retrySeconds() : undefined
    const retrySeconds = isUnavailable ? (untilKeysSeconds ?? 1) : undefined
    const refusal = createRefusal(code, about.needs, retrySeconds)
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
    const latest = toVerifiedToken(token, verified, accepted.claims as Claims, policy.leewaySeconds, this.#signals)
    this.#tokens.add(latest)
    return latest
  }
}

function describeDenial(denial: Denial): FailedCheck {
  return { check: 'revocation', expected: 'no record that concerns it', got: denial }
}

function nameReason({ check }: FailedCheck): 'expired' | 'invalid' {
  return check === 'expiry' ? 'expired' : 'invalid'
}
