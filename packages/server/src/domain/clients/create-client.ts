import type { Transaction } from '../../platform/database/database.ts'
import { randomId, randomSecret } from '../../platform/random/random.ts'
import type { Actor } from '../audit/audit-event.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import type { Client } from './client.ts'
import { insertClient } from './client-store.ts'
import { hashClientSecret } from './hash-client-secret.ts'
import type { ClientDescription } from './parse-client.ts'

export interface CreatedClient {
  readonly client: Client
  /** base64url of 32 random bytes, given once; absent for public clients and for those that have keys. */
  readonly secret?: string
}

/** Registers a client. A confidential one without keys gets its secret this once; only its hash is kept. */
export async function createClient(
  tx: Transaction,
  description: ClientDescription,
  actor: Actor,
): Promise<CreatedClient> {
  // The prefix keeps client ids apart from account ids (RFC 9068 §5).
  const client: Client = {
    ...description,
    id: `cli_${randomId()}`,
    createdAt: tx.now,
    documentFreshUntil: undefined,
  }
  const secret = description.type === 'confidential' && !description.keys ? randomSecret() : undefined
  await insertClient(tx.sql, client, secret && hashClientSecret(secret))
  await recordAuditEvent(tx, { act: 'client.created', actor, outcome: 'done', clientId: client.id })
  return secret === undefined ? { client } : { client, secret }
}
