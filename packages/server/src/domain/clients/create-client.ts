import type { Transaction } from '../../platform/database/database.ts'
import { randomId, randomSecret } from '../../platform/random/random.ts'
import type { Actor } from '../audit/audit-event.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import type { Client, Registrant } from './client.ts'
import { insertClient } from './client-store.ts'
import { hashClientSecret } from './hash-client-secret.ts'
import type { ClientDescription } from './parse-client.ts'

export interface CreatedClient {
  readonly client: Client
  /** base64url of 32 random bytes, given once; absent for public clients and for those that have keys. */
  readonly secret?: string
}

/** A client that registers itself: who it is let in by, and from where. */
export interface Registration {
  readonly registeredBy: Registrant
  readonly network: string
}

/** Registers a client. A confidential one without keys gets its secret this once; only its hash is kept. */
export async function createClient(
  tx: Transaction,
  description: ClientDescription,
  actor: Actor,
  registration?: Registration,
): Promise<CreatedClient> {
  // The prefix keeps client ids apart from account ids (RFC 9068 §5).
  const client: Client = {
    ...description,
    id: `cli_${randomId()}`,
    createdAt: tx.now,
    documentFreshUntil: undefined,
    registeredBy: registration?.registeredBy,
  }
  const secret = description.type === 'confidential' && !description.keys ? randomSecret() : undefined
  await insertClient(tx.sql, client, secret && hashClientSecret(secret))
  const detail = registration && {
    registered_by: registration.registeredBy,
    name: client.name,
    redirect_uris: [...client.redirectUris],
  }
  const entry = { act: 'client.created', actor, outcome: 'done', clientId: client.id } as const
  await recordAuditEvent(tx, { ...entry, network: registration?.network, detail })
  return secret === undefined ? { client } : { client, secret }
}
