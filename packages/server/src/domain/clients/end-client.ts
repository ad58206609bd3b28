import type { Queries, Transaction } from '../../platform/database/database.ts'
import type { Actor } from '../audit/audit-event.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { lockClient } from './change-client.ts'
import type { Client } from './client.ts'
import { deleteEndedClient, markClientEnded, selectEndedClients } from './client-store.ts'

/**
 * Ends a client: from here on nobody finds it, and it proves itself with nothing. What is still there of it goes afterwards, step by step;
 * `forgetClient` is the last of the steps. Undefined: there is none.
 */
export async function endClient(
  tx: Transaction,
  id: string,
  actor: Actor,
  check: (sql: Queries) => Promise<void> = async () => {},
): Promise<Client | undefined> {
  const client = await lockClient(tx, id)
  if (client) await check(tx.sql)
  if (!client || !(await markClientEnded(tx.sql, id, tx.now))) return undefined
  await recordAuditEvent(tx, {
    act: 'client.deleted',
    actor,
    outcome: 'done',
    clientId: id,
    detail: { name: client.name },
  })
  return client
}

/** Those that have ended and are not forgotten yet. */
export const listEndedClients: typeof selectEndedClients = selectEndedClients

export async function forgetClient(tx: Transaction, id: string): Promise<void> {
  await deleteEndedClient(tx.sql, id)
}
