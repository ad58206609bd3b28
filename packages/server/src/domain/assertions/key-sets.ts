import type { KeyObject } from 'node:crypto'
import type { Clock, EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Log } from '../../platform/log/create-log.ts'
import type { FetchPublicDocument } from '../../platform/public-fetch/fetch-public-document.ts'
import type { ClientJwks, ClientKeys } from '../clients/client.ts'
import { isPublicKey } from '../clients/parse-client-keys.ts'
import { fittingKeys, type NamedKey } from './fitting-keys.ts'

const FRESH_MS = 300_000
/** How long a set is used that can't be read again. */
const USABLE_MS = 3_600_000
/** However often an unknown key is named, or an address fails, it is asked this seldom. */
const ASKED_AGAIN_MS = 30_000
const MOST_SETS = 1000
const MOST_READS = 32
/** The sets of large issuers carry certificates. */
const LONGEST_SET_BYTES = 64 * 1024
const MOST_KEYS = 50

type Jwk = ClientJwks['keys'][number]

/** `keys_unavailable`: the address of the set does not answer. */
export type FoundKeys =
  | { readonly ok: true; readonly keys: readonly KeyObject[] }
  | { readonly ok: false; readonly reason: 'keys_unavailable' | 'unknown_key' }

interface KnownSet {
  readonly askedAt: EpochMilliseconds
  /** Absent until the address has answered once. */
  readonly read?: { readonly keys: readonly Jwk[]; readonly at: EpochMilliseconds } | undefined
}

export interface KeySetsOptions {
  readonly clock: Clock
  readonly log: Log
  readonly fetchDocument: FetchPublicDocument
}

/** Finds the keys that others sign with, given by value or by address; what is at an address is remembered for a while. */
export class KeySets {
  readonly #options: KeySetsOptions
  readonly #known = new Map<string, KnownSet>()
  readonly #reads = new Map<string, Promise<void>>()

  constructor(options: KeySetsOptions) {
    this.#options = options
  }

  /** The keys that may have signed. A set without the one that is named is read again, since keys are rotated. */
  async find(keys: ClientKeys, named: NamedKey): Promise<FoundKeys> {
    if ('jwks' in keys) return found(keys.jwks.keys, named)
    const { jwksUri } = keys
    const before = this.#known.get(jwksUri)
    const isFresh = this.#age(before) < FRESH_MS
    if (before?.read && isFresh && fittingKeys(before.read.keys, named).length > 0)
      return found(before.read.keys, named)
    await this.#readAgain(jwksUri, before)
    const known = this.#known.get(jwksUri)
    if (!known?.read || this.#age(known) >= USABLE_MS) return { ok: false, reason: 'keys_unavailable' }
    return found(known.read.keys, named)
  }

  #age(known: KnownSet | undefined): number {
    return known?.read ? this.#options.clock.now() - known.read.at : Number.POSITIVE_INFINITY
  }

  async #readAgain(uri: string, before: KnownSet | undefined): Promise<void> {
    const running = this.#reads.get(uri)
    if (running) return running
    const now = this.#options.clock.now()
    const wasJustAsked = before !== undefined && now - before.askedAt < ASKED_AGAIN_MS
    if (wasJustAsked || this.#reads.size >= MOST_READS) return
    this.#remember(uri, { askedAt: now, read: before?.read })
    const read = this.#read(uri, now).finally(() => this.#reads.delete(uri))
    this.#reads.set(uri, read)
    await read
  }

  async #read(uri: string, now: EpochMilliseconds): Promise<void> {
    const { fetchDocument, log } = this.#options
    try {
      const { body } = await fetchDocument(new URL(uri), { longestBodyBytes: LONGEST_SET_BYTES })
      this.#remember(uri, { askedAt: now, read: { keys: parseKeySet(body), at: now } })
    } catch (error) {
      log.warn({ error, jwksUri: uri }, 'the keys at a jwks_uri could not be read')
    }
  }

  #remember(uri: string, known: KnownSet): void {
    this.#known.delete(uri)
    this.#known.set(uri, known)
    const [oldest] = this.#known.keys()
    if (this.#known.size > MOST_SETS && oldest !== undefined) this.#known.delete(oldest)
  }
}

function found(keys: readonly Jwk[], named: NamedKey): FoundKeys {
  const fitting = fittingKeys(keys, named)
  return fitting.length > 0 ? { ok: true, keys: fitting } : { ok: false, reason: 'unknown_key' }
}

/**
 * RFC 7517 §5: keys that are not understood are left out.
 *
 * @throws Error for what is no JWK set
 */
function parseKeySet(body: Uint8Array): readonly Jwk[] {
  const set: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  const keys = typeof set === 'object' && set !== null && 'keys' in set ? set.keys : undefined
  if (!Array.isArray(keys)) throw new Error('the document is no JWK set')
  return keys.slice(0, MOST_KEYS).filter(isPublicKey)
}
