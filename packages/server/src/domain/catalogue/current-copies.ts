import type { Queries } from '../../platform/database/database.ts'
import { findCatalogueVersion } from './catalogue-version.ts'

interface Copy<Value> {
  readonly value: Value
  readonly version: string
  readonly readAt: number
}

export interface CopyOptions {
  /** Default: 1,000. */
  readonly most?: number
  /** Milliseconds since whenever. */
  readonly monotonicNow?: () => number
}

const LONGEST_MS = 10_000

/**
 * Copies of what stands in the catalogue, each used as long as nothing of it has changed. Whoever gets one must not change it.
 *
 * A store keeps them at the level of its module, for whatever handle of whatever database asks: a copy is of one word, and no two states of any databases have
 * the same one. So nobody has to hand them through every act that looks for a client or an API, and nothing can be wrong but the speed.
 */
export class CurrentCopies<Value> {
  readonly #copies = new Map<string, Copy<Value>>()
  readonly #most: number
  readonly #monotonicNow: () => number

  constructor({ most = 1000, monotonicNow = () => performance.now() }: CopyOptions = {}) {
    this.#most = most
    this.#monotonicNow = monotonicNow
  }

  /** Gives the copy of this name, or reads it. That there is nothing is not kept: whoever asks for what isn't there crowds nothing out. */
  async obtain(sql: Queries, name: string, read: () => Promise<Value | undefined>): Promise<Value | undefined> {
    // Before the reading: a change in between makes the copy too new for its word, and never too old.
    const version = await findCatalogueVersion(sql)
    const known = this.#copies.get(name)
    if (known?.version === version && this.#monotonicNow() - known.readAt < LONGEST_MS) return known.value
    const readAt = this.#monotonicNow()
    const value = await read()
    if (value !== undefined) this.#keep(name, { value, version, readAt })
    return value
  }

  #keep(name: string, copy: Copy<Value>): void {
    this.#copies.delete(name)
    this.#copies.set(name, copy)
    const [oldest] = this.#copies.size > this.#most ? this.#copies.keys() : []
    if (oldest !== undefined) this.#copies.delete(oldest)
  }
}
