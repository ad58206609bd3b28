import type { Transaction } from '../../platform/database/database.ts'
import { useOnce } from '../one-time/one-time.ts'
import type { VerifiedAssertion } from './verify-assertion.ts'

/** Uses an assertion of which all else is good. False when it was used before, anywhere. @see RFC 7523 §3, `jti` */
export async function useAssertion(tx: Transaction, { signer, jti, expiresAt }: VerifiedAssertion): Promise<boolean> {
  return useOnce(tx, { kind: 'assertion', name: JSON.stringify([signer, jti]), expiresAt: expiresAt * 1000 })
}
