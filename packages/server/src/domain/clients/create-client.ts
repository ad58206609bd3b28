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

/** How a client came to be that no operator has just registered by hand. */
export type ClientOrigin =
  /** It registers itself: who it is let in by, and from where. */
  | { readonly registeredBy: Registrant; readonly network: string }
  /** It is declared under an id that its operator chose: `cli_…`, and nobody has it. */
  | { readonly id: string }

/** Registers a client. A confidential one without keys gets its secret this once; only its hash is kept. */
export async function createClient(
  tx: Transaction,
  description: ClientDescription,
  actor: Actor,
  origin?: ClientOrigin,
): Promise<CreatedClient> {
  const registration = origin && 'registeredBy' in origin ? origin : undefined
  // The prefix keeps client ids apart from account ids (RFC 9068 §5).
  const client: Client = {
    ...description,
    id: origin && 'id' in origin ? origin.id : `cli_${randomId()}`,
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
