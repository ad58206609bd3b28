import { randomBytes } from 'node:crypto'
import type { EpochMilliseconds } from '../claims/access-token-claims.ts'
import { nameProof, type ProofMemory, type ProofToTake, type TakenProof } from './proof-memory.ts'

interface Generation {
  readonly nonce: string
  readonly begunAt: EpochMilliseconds
  /** The proofs that were made with it. */
  readonly used: Set<string>
}

const GENERATION_MS = 60_000
const GENERATIONS = 3
/** Some 10 MB for all generations together. */
const MOST_PROOFS = 50_000

/**
 * Nonces of this process alone, and the proofs made with each. A proof is good only as long as its nonce is remembered, and with the
 * nonce goes the list of its proofs: so no proof counts twice, however clocks go. A proof with another process's nonce is stale here, so
 * that processes need to share nothing.
 *
 * A new nonce begins each minute, and when many proofs came: then the oldest goes early, and who has it is told a newer one.
 *
 * @see RFC 9449 §8, §11.1
 */
export class InstanceNonces implements ProofMemory {
  readonly #mostProofs: number
  /** The newest first. */
  #generations: readonly Generation[] = []

  constructor(mostProofs: number = MOST_PROOFS) {
    this.#mostProofs = mostProofs
  }

  currentNonce(now: EpochMilliseconds): string {
    return this.#renew(now).nonce
  }

  take(proof: ProofToTake, now: EpochMilliseconds): TakenProof {
    this.#renew(now)
    const generation = this.#generations.find(({ nonce }) => nonce === proof.nonce)
    if (generation === undefined) return 'stale'
    const name = nameProof(proof)
    if (generation.used.has(name)) return 'used'
    // No more for it; the newest one has room, since it has just been looked at.
    if (generation.used.size >= this.#mostProofs) return 'stale'
    generation.used.add(name)
    return 'taken'
  }

  #renew(now: EpochMilliseconds): Generation {
    const [newest] = this.#generations
    if (newest !== undefined && isWithin(newest, now, GENERATION_MS) && newest.used.size < this.#mostProofs) {
      return newest
    }
    const next = { nonce: randomBytes(16).toString('base64url'), begunAt: now, used: new Set<string>() }
    const kept = this.#generations.filter((generation) => isWithin(generation, now, GENERATIONS * GENERATION_MS))
    this.#generations = [next, ...kept].slice(0, GENERATIONS)
    return next
  }
}

/** False also when the clock was set back behind its beginning. */
function isWithin({ begunAt }: Generation, now: EpochMilliseconds, milliseconds: number): boolean {
  return now >= begunAt && now - begunAt < milliseconds
}
