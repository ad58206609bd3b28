import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Client } from '../domain/clients/client.ts'
import type { ProofVerifier } from '../domain/dpop/proof-verifier.ts'
import type { OauthError } from './oauth-error.ts'

/** `jkt`: the thumbprint of the key that the request proves to have; absent where it proves none. */
export type ReadProof =
  | { readonly ok: true; readonly jkt: string | undefined }
  | { readonly ok: false; readonly error: OauthError }

/** Verifies the proof that a request for a token brings along, if it does. Its answer tells the nonce for the next one. */
export async function readProof(
  proofs: ProofVerifier,
  request: FastifyRequest,
  reply: FastifyReply,
  url: string,
): Promise<ReadProof> {
  const { dpop: proof } = request.headers
  if (proof === undefined) return { ok: true, jkt: undefined }
  const verified = await proofs.verify({ proof, method: request.method, url })
  // RFC 9449 §8.2: also with an answer that is good.
  reply.header('dpop-nonce', verified.nonce)
  if (verified.ok) return { ok: true, jkt: verified.jkt }
  return { ok: false, error: { status: 400, error: verified.reason, description: proofFaults[verified.reason] } }
}

export const proofFaults = {
  invalid_dpop_proof: 'The DPoP proof is malformed, old, used before, or made for another request.',
  use_dpop_nonce: 'Make a DPoP proof with the nonce of the header DPoP-Nonce.',
} as const

/** RFC 9449 §5.2: a client that is registered for bound tokens gets no others. */
export function findMissingProof({ isDpopRequired }: Client, jkt: string | undefined): OauthError | undefined {
  if (!isDpopRequired || jkt !== undefined) return undefined
  return { status: 400, error: 'invalid_dpop_proof', description: 'The client must send a DPoP proof.' }
}
