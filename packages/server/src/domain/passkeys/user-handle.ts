import type { Transaction } from '../../platform/database/database.ts'
import { randomSecret } from '../../platform/random/random.ts'
import { insertUserHandle, selectUserHandle } from './passkey-store.ts'

/** What authenticators know an account by; absent while none has been asked for. @see WebAuthn Level 3 §14.6.1 */
export const findUserHandle: typeof selectUserHandle = selectUserHandle

/** The account's user handle, 32 random bytes in base64url, made at the first call and the same for ever. */
export async function ensureUserHandle(tx: Transaction, accountId: string): Promise<string> {
  await insertUserHandle(tx.sql, accountId, randomSecret())
  const handle = await selectUserHandle(tx.sql, accountId)
  if (handle === undefined) throw new Error('The user handle that was just written is not there.')
  return handle
}
