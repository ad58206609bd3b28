import { applyOptionRules, type OptionRule, refuseOption } from '../apply-option-rules.ts'
import type { ProofRequirement } from '../proof-requirement.ts'
import { guardByProof } from './guard-by-proof.ts'
import { InstanceNonces } from './instance-nonces.ts'
import { normalizeTargetUri } from './normalize-target-uri.ts'
import { RecentProofs } from './recent-proofs.ts'

export { normalizeTargetUri } from './normalize-target-uri.ts'
export type { ProofMemory, ProofToTake, TakenProof } from './proof-memory.ts'

export interface DpopOptions {
  /**
   * Where clients reach this API, such as `https://api.example.com`: a proof is for one URL, and the Host header may say anything.
   * Default: the origin of the audience, where that is an http(s) URL.
   */
  readonly origins?: readonly string[]
  /**
   * `instance`: proofs carry a nonce of this process, so that each counts exactly once; a client makes one more request now and then.
   * `none`: each counts once at this process while its time lasts. Default `instance`.
   */
  readonly nonce?: 'instance' | 'none'
}

const dpopOptionRules: Readonly<Record<keyof DpopOptions, OptionRule>> = {
  origins: (value) => Array.isArray(value) && value.length > 0,
  nonce: (value) => value === 'instance' || value === 'none',
}

/**
 * Makes a guard's option `dpop`: it takes tokens that are bound to a key, with a proof for each request.
 *
 * @throws GuardConfigurationError when an option is wrong; for want of origins, once the guard is made.
 * @see RFC 9449 §7
 * @example
 * const guard = createGuard({ issuer: 'https://login.example.com', audience: 'https://api.example.com', dpop: dpop() })
 */
export function dpop(options: DpopOptions = {}): ProofRequirement {
  applyOptionRules(options, dpopOptionRules, [])
  const { origins, nonce = 'instance' } = options
  const given = origins?.map(parseOrigin)
  return (guard, settings) =>
    guardByProof(guard, {
      ...settings,
      origins: given ?? [findOrigin(settings.policy.audience)],
      memory: nonce === 'instance' ? new InstanceNonces() : new RecentProofs(),
    })
}

/**
 * An option `dpop` for whoever sees the proof elsewhere, such as behind a gateway that verifies it: bound tokens are taken without one,
 * from anybody who has them.
 */
export const allowUnprovenTokens: ProofRequirement = (guard) => guard

function parseOrigin(text: unknown): string {
  const origin = typeof text === 'string' ? normalizeTargetUri(text)?.replace(/\/$/, '') : undefined
  if (origin !== undefined && URL.parse(origin)?.origin === origin) return origin
  return refuseOption('origins must be such as https://api.example.com')
}

function findOrigin(audience: string): string {
  if (normalizeTargetUri(audience) !== undefined) return new URL(audience).origin
  return refuseOption('dpop needs origins, since the audience is no http(s) URL')
}
