import type { Guard, GuardRequest, Outcome, Rule } from '../guard.ts'
import type { CheckName, FailedCheck } from '../guard-event.ts'
import { decodeBase64url } from '../jws/base64url.ts'
import { parseJsonObject } from '../jws/parse-json-object.ts'
import { splitCompact } from '../jws/split-compact.ts'
import type { GuardSurroundings } from '../proof-requirement.ts'
import { parseRule } from '../request/parse-rule.ts'
import { createRefusal, type RefusalCode } from '../request/refusal-answers.ts'
import { shapeRefusal } from '../request/shape-refusal.ts'
import { TokenError } from '../token-error.ts'
import { asBearer, hasDpopScheme } from './find-dpop-token.ts'
import { normalizeTargetUri } from './normalize-target-uri.ts'
import { ProofKeys } from './proof-keys.ts'
import type { ProofMemory } from './proof-memory.ts'
import { offerDpop } from './render-challenge.ts'
import { verifyProof } from './verify-proof.ts'

export interface ProofSettings extends GuardSurroundings {
  readonly origins: readonly string[]
  readonly memory: ProofMemory
}

/** Why a request that the guard let pass is refused all the same. */
interface Fault {
  readonly code: RefusalCode
  readonly failure: FailedCheck
}

interface ProofSurroundings {
  readonly keys: ProofKeys
  /** By the framework's request, the proof that was taken with it. */
  readonly proven: WeakMap<object, unknown>
  readonly settings: ProofSettings
}

type Authenticated<Claims> = Extract<Outcome<Claims>, { kind: 'authenticated' }>

/** Stands around a guard that takes bound tokens, and lets none pass whose holder proves nothing. */
export function guardByProof<Claims>(guard: Guard<Claims>, settings: ProofSettings): Guard<Claims> {
  const { clock, memory } = settings
  const keys = new ProofKeys()
  const proven = new WeakMap<object, unknown>()
  const settle = (
    outcome: Outcome<Claims>,
    request: GuardRequest,
    rule: Rule | undefined,
    hasTriedDpop: boolean,
  ): Outcome<Claims> => {
    const offer = (refused: Outcome<Claims>): Outcome<Claims> =>
      refused.kind === 'refused'
        ? { kind: 'refused', refusal: offerDpop(refused.refusal, hasTriedDpop, memory.currentNonce(clock())) }
        : refused
    if (outcome.kind !== 'authenticated') return offer(outcome)
    const fault = findFault(outcome, request, hasTriedDpop, { keys, proven, settings })
    return fault === undefined ? outcome : offer(refuse(fault, request, rule, settings))
  }
  return {
    ...guard,
    async verify(token) {
      const claims = await guard.verify(token)
      // Nobody shows a proof here.
      if (readConfirmation(token) !== undefined)
        throw new TokenError('token_invalid', failed('confirmation', 'no cnf', 'a bound token'))
      return claims
    },
    check(request, rule) {
      const hasTriedDpop = guard.locations.includes('header') && hasDpopScheme(request)
      const outcome = guard.check(hasTriedDpop ? asBearer(request) : request, rule)
      if ('then' in outcome) return outcome.then((late) => settle(late, request, rule, hasTriedDpop))
      return settle(outcome, request, rule, hasTriedDpop)
    },
  }
}

function findFault<Claims>(
  { auth }: Authenticated<Claims>,
  request: GuardRequest,
  hasTriedDpop: boolean,
  { keys, proven, settings }: ProofSurroundings,
): Fault | undefined {
  const confirmation = readConfirmation(auth.token)
  if (!hasTriedDpop && confirmation === undefined) return undefined
  const jkt = findThumbprint(confirmation)
  // RFC 9449 §7.2: a bound token is no bearer token; §7.1: nor has an unbound one the scheme DPoP.
  if (!hasTriedDpop || jkt === undefined) {
    const got = jkt === undefined ? 'a token bound to no key' : 'a bound token without a proof'
    return { code: 'token_invalid', failure: failed('confirmation', 'a bound token with its proof', got) }
  }
  const now = settings.clock()
  // Where a proof for another spelling of a path would be one for another route.
  const isPlain = !unplainPath.test(request.url.split('?', 1)[0] ?? '')
  const targets = isPlain ? settings.origins.map((origin) => normalizeTargetUri(origin + request.url) ?? '') : []
  const shown = request.header('dpop')
  const proof = verifyProof(shown, { method: request.method, targets, token: auth.token, now }, keys)
  if (!proof.ok) return { code: 'invalid_dpop_proof', failure: failed('proof', 'as in RFC 9449 §4.3', proof.sentence) }
  if (proof.jkt !== jkt) return { code: 'token_invalid', failure: failed('confirmation', jkt, proof.jkt) }
  const { source } = request
  // A route behind a router that is guarded, too: the same request, and not a second one with its proof.
  if (source !== undefined && proven.get(source) === shown) return undefined
  const taken = settings.memory.take(proof, now)
  if (source !== undefined && taken === 'taken') proven.set(source, shown)
  return taken === 'taken' ? undefined : { code: codes[taken], failure: failed('proof', 'one that is new', taken) }
}

/** RFC 3986 §5.2.4: dot segments, and what some take for a slash. */
const unplainPath = /\\|\/(\.|%2e){1,2}(\/|$)/i

const codes = { used: 'invalid_dpop_proof', stale: 'use_dpop_nonce', full: 'keys_unavailable' } as const

/**
 * What a token is bound to, which was verified; undefined when it is bound to nothing. By the token itself: the claims that a handler sees are those that a
 * schema made of them, and most leave out what they don't know.
 */
function readConfirmation(token: string): unknown {
  const parts = splitCompact(token)
  const payload = parts.ok ? decodeBase64url(parts.payload) : undefined
  return payload && parseJsonObject(payload)?.cnf
}

/** The thumbprint that a token is bound to; undefined also where something else besides would have to be proved. */
function findThumbprint(cnf: unknown): string | undefined {
  if (typeof cnf !== 'object' || cnf === null || Object.keys(cnf).length !== 1) return undefined
  const { jkt } = cnf as { readonly jkt?: unknown }
  return typeof jkt === 'string' ? jkt : undefined
}

function failed(check: CheckName, expected: string, got: string): FailedCheck {
  return { check, expected, got }
}

/** As the guard itself refuses: an optional route takes who proves nothing for nobody, but tells who only needs a nonce. */
function refuse(
  { code, failure }: Fault,
  request: GuardRequest,
  rule: Rule = {},
  settings: ProofSettings,
): Outcome<never> {
  const isOptional = parseRule(rule).allowed.invalid && (code === 'token_invalid' || code === 'invalid_dpop_proof')
  settings.log({ type: isOptional ? 'anonymous' : 'refused', code, detail: failure, sentence: failure.got })
  if (isOptional) return { kind: 'anonymous', reason: 'invalid' }
  const refusal = createRefusal(code, undefined, code === 'keys_unavailable' ? 1 : undefined)
  return { kind: 'refused', refusal: shapeRefusal(refusal, request, settings.shapeRefusal) }
}
