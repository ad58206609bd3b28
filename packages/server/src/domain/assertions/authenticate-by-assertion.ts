import type { Client } from '../clients/client.ts'
import { findClient } from '../clients/find-client.ts'
import type { ReadAssertion } from './read-assertion.ts'
import { useAssertion } from './use-assertion.ts'
import { type AssertionDeps, type AssertionFault, verifyAssertion } from './verify-assertion.ts'

/** draft-ietf-oauth-rfc7523bis §4 asks for a type of its own, and RFC 7523 knew only the general one. */
const TYPES = ['jwt', 'client-authentication+jwt']
const LONGEST_SECONDS = 600

export type AssertedClient =
  | { readonly ok: true; readonly client: Client }
  | { readonly ok: false; readonly reason: AssertionFault | 'unknown_client' | 'no_keys' | 'used_before' }

/** The client that signed an assertion of itself, `private_key_jwt`; the assertion is used by that. @see RFC 7523 §2.2, §3 */
export async function authenticateByAssertion(
  deps: AssertionDeps,
  clientId: string,
  assertion: ReadAssertion,
): Promise<AssertedClient> {
  const client = await findClient(deps.database.read, clientId)
  if (!client) return { ok: false, reason: 'unknown_client' }
  const { keys } = client
  if (!keys) return { ok: false, reason: 'no_keys' }
  const expected = { signer: clientId, keys, types: TYPES, longestSeconds: LONGEST_SECONDS, isListTaken: false }
  const outcome = await verifyAssertion(deps, assertion, expected)
  if (!outcome.ok) return outcome
  if (outcome.verified.subject !== clientId) return { ok: false, reason: 'subject' }
  const isFirstUse = await deps.database.write((tx) => useAssertion(tx, outcome.verified))
  return isFirstUse ? { ok: true, client } : { ok: false, reason: 'used_before' }
}
