import type { EpochMilliseconds } from '../claims/access-token-claims.ts'
import { nameProof, type ProofMemory, type ProofToTake, type TakenProof } from './proof-memory.ts'
import { PROOF_WINDOW_MS } from './proof-times.ts'

const MOST_PROOFS = 150_000

/**
 * The proofs of the time in which one is good, without nonces: each counts once at this process, and maybe once at another one.
 *
 * @see RFC 9449 §11.1
 */
export class RecentProofs implements ProofMemory {
  readonly #mostProofs: number
  #begunAt: EpochMilliseconds = 0
  #current: Set<string> = new Set()
  #previous: ReadonlySet<string> = new Set()

  constructor(mostProofs: number = MOST_PROOFS) {
    this.#mostProofs = mostProofs
  }

  currentNonce(): undefined {
    return undefined
  }

  take(proof: ProofToTake, now: EpochMilliseconds): TakenProof {
    // Each set is kept for the whole of a window after it was closed: a proof is remembered as long as its iat is good.
    if (now - this.#begunAt >= PROOF_WINDOW_MS) {
      this.#previous = now - this.#begunAt < 2 * PROOF_WINDOW_MS ? this.#current : new Set()
      this.#current = new Set()
      this.#begunAt = now
    }
    const name = nameProof(proof)
    if (this.#current.has(name) || this.#previous.has(name)) return 'used'
    if (this.#current.size >= this.#mostProofs) return 'full'
    this.#current.add(name)
    return 'taken'
  }
}
