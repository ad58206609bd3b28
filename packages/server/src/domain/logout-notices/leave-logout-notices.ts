import type { Transaction } from '../../platform/database/database.ts'
import { uuidv7 } from '../../platform/random/random.ts'
import type { Client } from '../clients/client.ts'
import { findClient } from '../clients/find-client.ts'
import { insertNotice } from './logout-notice-store.ts'

export const LOGOUT_TOPIC = 'logout_notices'
const LIFETIME_MS = 86_400_000

/** Notes, for the clients that want to know, that sessions have ended: to be told when this is durable. */
export async function leaveLogoutNotices(
  tx: Transaction,
  ended: readonly { readonly id: string; readonly clientId: string; readonly accountId: string }[],
): Promise<void> {
  const clients = new Map<string, Client | undefined>()
  for (const { clientId } of ended)
    if (!clients.has(clientId)) clients.set(clientId, await findClient(tx.sql, clientId))
  const toTell = ended.filter(({ clientId }) => clients.get(clientId)?.backchannelLogout !== undefined)
  for (const { id: sessionId, clientId, accountId } of toTell) {
    const notice = { id: uuidv7(tx.now), clientId, accountId, sessionId, expiresAt: tx.now + LIFETIME_MS }
    await insertNotice(tx.sql, notice, tx.now)
  }
  if (toTell.length > 0) await tx.announce(LOGOUT_TOPIC)
}
