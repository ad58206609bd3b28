import type { Transaction } from '../../platform/database/database.ts'
import { nameRequiredFactor } from '../assurance/required-factor.ts'
import type { Actor } from '../audit/audit-event.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { refuseUnreadyKey, type UnreadyKey } from '../keys/find-key-readiness.ts'
import type { Client } from './client.ts'
import { lockClientRow, updateClient } from './client-store.ts'
import { isBuiltInClient } from './console-client.ts'
import { type ClientInput, parseClient } from './parse-client.ts'

/**
 * What an operator changes of a client, as text. Absent: as before; null: as if it had never been said. Its type stays: a public client has
 * nothing to keep a secret in, and a confidential one that became public would lose its proof for good.
 */
export type ClientChange = {
  readonly [Name in keyof Omit<ClientInput, 'type' | 'name'>]?: ClientInput[Name] | null
} & {
  readonly name?: string | undefined
}

export type ChangedClient =
  | {
      readonly ok: true
      readonly client: Client /** Names of the members that are other than before. */
      readonly changed: readonly string[]
    }
  | { readonly ok: false; readonly reason: 'unknown_client' | 'built_in_client' | 'described_by_document' }
  | { readonly ok: false; readonly reason: 'invalid_option'; readonly sentence: string }
  | (UnreadyKey & { readonly algorithm: string })

/** A client that stays as it is until the transaction ends: whoever changes it waits. Absent: there is none. */
export async function lockClient(tx: Transaction, id: string): Promise<Client | undefined> {
  return lockClientRow(tx.sql, id)
}

/**
 * Changes a client. Sessions that it has stay: what they may from now on is asked at their next refresh. The keys that the new description needs
 * are made before, by `advanceKeysInUse`.
 *
 * @param check asks, once nobody else can change it any more, whether it may be changed, and throws where it may not. Default: it may
 */
export async function changeClient(
  tx: Transaction,
  id: string,
  change: ClientChange,
  actor: Actor,
  check: (before: Client) => Promise<void> = async () => {},
): Promise<ChangedClient> {
  if (isBuiltInClient(id)) return { ok: false, reason: 'built_in_client' }
  const before = await lockClient(tx, id)
  if (!before) return { ok: false, reason: 'unknown_client' }
  await check(before)
  // What is written here would stand until the document is read again.
  if (before.documentFreshUntil !== undefined) return { ok: false, reason: 'described_by_document' }
  const parsed = parseClient(applyChange(before, change))
  if (!parsed.ok) return { ok: false, reason: 'invalid_option', sentence: parsed.sentence }
  const client = { ...before, ...parsed.client }
  const changed = findDifferences(before, client)
  if (changed.length === 0) return { ok: true, client, changed }
  const unready = await findUnreadyKey(tx, before, client)
  if (unready) return unready
  await updateClient(tx.sql, client)
  const { redirectUris: redirect_uris, grants, scopes } = client
  const detail = { changed, redirect_uris, grants, scopes }
  await recordAuditEvent(tx, { act: 'client.changed', actor, outcome: 'done', clientId: id, detail })
  return { ok: true, client, changed }
}

async function findUnreadyKey(
  tx: Transaction,
  before: Client,
  { idTokenAlgorithm, userinfoAlgorithm }: Client,
): Promise<(UnreadyKey & { readonly algorithm: string }) | undefined> {
  const known = [before.idTokenAlgorithm, before.userinfoAlgorithm]
  const other = [idTokenAlgorithm, userinfoAlgorithm].filter((algorithm) => !known.includes(algorithm))
  for (const algorithm of other) {
    const unready = algorithm && (await refuseUnreadyKey(tx.sql, algorithm, tx.now))
    if (unready) return { ...unready, algorithm }
  }
  return undefined
}

function applyChange(client: Client, change: ClientChange): ClientInput {
  const { jwks, jwksUri, ...said } = describeAgain(client)
  // Keys are given in one way, and another way replaces them.
  const keys = change.jwks !== undefined || change.jwksUri !== undefined ? {} : { jwks, jwksUri }
  const changes = Object.entries(change).filter(([, value]) => value !== undefined)
  const merged = Object.entries({ ...said, ...keys, ...Object.fromEntries(changes) })
  return Object.fromEntries(merged.map(([name, value]) => [name, value ?? undefined])) as unknown as ClientInput
}

/** What an operator would have to say to register this very client. */
function describeAgain(client: Client): ClientInput {
  const { name, type, redirectUris, grants, scopes, isFirstParty, postLogoutRedirectUris, keys } = client
  const { idTokenAlgorithm, userinfoAlgorithm, backchannelLogout, isDpopRequired, isPushRequired } = client
  const { idleMilliseconds, absoluteMilliseconds } = client.sessionLimits
  return {
    ...{ name, type, redirectUris, grants, scopes, isFirstParty, postLogoutRedirectUris },
    ...{ idTokenAlgorithm, userinfoAlgorithm, isDpopRequired, isPushRequired },
    backchannelLogoutUri: backchannelLogout?.uri,
    isBackchannelSessionRequired: backchannelLogout?.isSessionRequired,
    jwks: keys && 'jwks' in keys ? keys.jwks : undefined,
    jwksUri: keys && 'jwksUri' in keys ? keys.jwksUri : undefined,
    requiredFactor: nameRequiredFactor(client.requiredAcr),
    idle: `${idleMilliseconds / 1000}s`,
    lifetime: `${absoluteMilliseconds / 1000}s`,
  }
}

function findDifferences(before: Client, after: Client): string[] {
  const names = Object.keys(after) as (keyof Client)[]
  return names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name])).sort()
}
