import { createHash } from 'node:crypto'
import type { EpochMilliseconds } from '../claims/access-token-claims.ts'

/** What becomes of a proof that is right by itself. `stale`: it needs a newer nonce. `full`: it can't be remembered, so it can't be taken. */
export type TakenProof = 'taken' | 'used' | 'stale' | 'full'

/** A proof, as far as it is to be remembered. */
export interface ProofToTake {
  /** The thumbprint of its key: a `jti` is unique only for who made it. */
  readonly jkt: string
  readonly jti: string
  /** As it stands in the proof, of whatever type. */
  readonly nonce: unknown
}

/** Remembers proofs, so that each counts once. */
export interface ProofMemory {
  /** The nonce that the next proof shall carry; undefined where none is asked for. */
  currentNonce(now: EpochMilliseconds): string | undefined
  take(proof: ProofToTake, now: EpochMilliseconds): TakenProof
}

/** Names a proof in few bytes, however long its `jti` is. */
export function nameProof({ jkt, jti }: ProofToTake): string {
  return createHash('sha256').update(`${jkt}.${jti}`).digest('base64url').slice(0, 22)
}
