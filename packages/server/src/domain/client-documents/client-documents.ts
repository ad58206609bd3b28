import type { Clock } from '../../platform/clock/clock.ts'
import type { Database, Transaction } from '../../platform/database/database.ts'
import type { Log } from '../../platform/log/create-log.ts'
import type { FetchPublicDocument, PublicDocument } from '../../platform/public-fetch/fetch-public-document.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import type { Client } from '../clients/client.ts'
import { putDocumentClient } from '../clients/document-clients.ts'
import { findClient } from '../clients/find-client.ts'
import { forgetConsentsAt } from '../consents/consents.ts'
import { documentLifetime } from './document-lifetime.ts'
import { parseClientDocument } from './parse-client-document.ts'
import { isHostAllowed, looksLikeUrl, parseClientIdUrl } from './parse-client-id-url.ts'

/** `busy`: too many documents are being read. The sentence is for the client's developer and tells nothing of the network here. */
export type FoundClient =
  | { readonly ok: true; readonly client: Client }
  | { readonly ok: false; readonly reason: 'unknown' | 'busy' }
  | { readonly ok: false; readonly reason: 'document_refused'; readonly sentence: string }

export interface ClientDocumentsOptions {
  readonly database: Database
  readonly clock: Clock
  readonly log: Log
  readonly fetchDocument: FetchPublicDocument
  /** Hosts that may describe clients; `*` is any, none turns it off. */
  readonly hosts: readonly string[]
}

/** How many documents are read at once, and how many of them of one host. */
const MOST_READS = 32
const MOST_READS_OF_A_HOST = 4

/** Finds clients by their id, registered ones and those that a document describes. */
export class ClientDocuments {
  readonly #options: ClientDocumentsOptions
  readonly #reads = new Map<string, { readonly host: string; readonly found: Promise<FoundClient> }>()

  constructor(options: ClientDocumentsOptions) {
    this.#options = options
  }

  /** The client of this id. A document that has not been read, or is stale, is read now, once for all who wait. */
  async find(clientId: string): Promise<FoundClient> {
    const { database, hosts } = this.#options
    const url = parseClientIdUrl(clientId)
    if (url === undefined || !isHostAllowed(hosts, url.hostname)) {
      const known = looksLikeUrl(clientId) ? undefined : await findClient(database.read, clientId)
      return known ? { ok: true, client: known } : { ok: false, reason: 'unknown' }
    }
    return (await this.#findFresh(clientId)) ?? this.#readOnce(url)
  }

  async #findFresh(clientId: string): Promise<FoundClient | undefined> {
    const { database, clock } = this.#options
    const stored = await findClient(database.read, clientId)
    const isFresh = stored?.documentFreshUntil !== undefined && stored.documentFreshUntil > clock.now()
    return isFresh ? { ok: true, client: stored } : undefined
  }

  #readOnce(url: URL): Promise<FoundClient> {
    const running = this.#reads.get(url.href)
    if (running) return running.found
    const ofHost = [...this.#reads.values()].filter(({ host }) => host === url.hostname)
    if (this.#reads.size >= MOST_READS || ofHost.length >= MOST_READS_OF_A_HOST) {
      return Promise.resolve({ ok: false, reason: 'busy' })
    }
    const found = this.#read(url).finally(() => this.#reads.delete(url.href))
    this.#reads.set(url.href, { host: url.hostname, found })
    return found
  }

  async #read(url: URL): Promise<FoundClient> {
    const { database, log, fetchDocument, hosts } = this.#options
    // Somebody else may have read it since this one looked.
    const fresh = await this.#findFresh(url.href)
    if (fresh) return fresh
    let document: PublicDocument
    try {
      document = await fetchDocument(url)
    } catch (error) {
      log.warn({ error, clientId: url.href }, 'the document of a client could not be read')
      return refuse('It could not be read: it must answer 200 with JSON of 5 kB at most, without a redirect.')
    }
    const parsed = parseClientDocument(url, document.body)
    if (!parsed.ok) return refuse(parsed.sentence)
    const { keys } = parsed.client
    if (keys && 'jwksUri' in keys && !isHostAllowed(hosts, new URL(keys.jwksUri).hostname)) {
      return refuse('Its jwks_uri is on a host that may not describe clients here.')
    }
    const lifetime = documentLifetime(document.cacheControl)
    const client = await database.write((tx) =>
      storeClient(tx, {
        ...parsed.client,
        id: url.href,
        createdAt: tx.now,
        documentFreshUntil: tx.now + lifetime,
        registeredBy: undefined,
      }),
    )
    return { ok: true, client }
  }
}

/** Stores what a document says. Whoever had agreed to other addresses is asked again (draft -02 §8.2). */
async function storeClient(tx: Transaction, client: Client): Promise<Client> {
  const before = await findClient(tx.sql, client.id)
  await putDocumentClient(tx, client)
  if (before && JSON.stringify(before.redirectUris) === JSON.stringify(client.redirectUris)) return client
  if (before) await forgetConsentsAt(tx, client.id)
  const detail = { redirect_uris: [...client.redirectUris] }
  await recordAuditEvent(tx, {
    act: 'client.document_read',
    actor: 'anonymous',
    outcome: 'done',
    clientId: client.id,
    detail,
  })
  return client
}

function refuse(sentence: string): FoundClient {
  return { ok: false, reason: 'document_refused', sentence }
}
