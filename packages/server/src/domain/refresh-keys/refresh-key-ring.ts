import { createSecretKey, type KeyObject } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '../../platform/database/database.ts'
import type { Sealer } from '../../platform/sealing/sealing.ts'
import { selectNewestId, selectRefreshKeys } from './refresh-key-store.ts'

export interface RefreshKey {
  /** 4 bytes in base64url. */
  readonly id: string
  readonly key: KeyObject
}

export interface RefreshKeyRing {
  /** The key that tokens are derived with now, as it stood at most half a second ago. */
  newest(): Promise<RefreshKey>
  /**
   * The key of this id; undefined when there is none. Asks the database only for ids that are not in memory, ten times a second at most: who names
   * one waits until it was asked, since another instance may have made the key a moment ago.
   */
  find(id: string): Promise<RefreshKey | undefined>
}

const FRESH_MS = 500
const SEEK_PAUSE_MS = 100

/** What a sealed refresh key is sealed for. */
export function refreshKeyPurpose(id: string): string {
  return `refresh_key ${id}`
}

export function createRefreshKeyRing(
  database: Database,
  sealer: Sealer,
  monotonicNow: () => number = () => performance.now(),
): RefreshKeyRing {
  const keys = new Map<string, RefreshKey>()
  let newestId = ''
  let readAt = Number.NEGATIVE_INFINITY
  let reading: Promise<void> | undefined
  let seeking: Promise<void> | undefined

  async function read(): Promise<void> {
    const begunAt = monotonicNow()
    const id = await selectNewestId(database.read)
    for (const { id: keyId, sealedKey } of await selectRefreshKeys(database.read)) {
      if (keys.has(keyId)) continue
      keys.set(keyId, { id: keyId, key: createSecretKey(sealer.open(sealedKey, refreshKeyPurpose(keyId))) })
    }
    newestId = id
    readAt = begunAt
  }

  function readOnce(): Promise<void> {
    reading ??= read().finally(() => {
      reading = undefined
    })
    return reading
  }

  /** A read that begins after this call; one for all who ask before it begins. */
  function seek(): Promise<void> {
    seeking ??= (async () => {
      await sleep(Math.max(0, readAt + SEEK_PAUSE_MS - monotonicNow()))
      while (reading) await reading.catch(() => {})
      seeking = undefined
      await readOnce()
    })()
    return seeking
  }

  return {
    async newest() {
      if (monotonicNow() - readAt >= FRESH_MS) await readOnce()
      const newest = keys.get(newestId)
      if (newest) return newest
      throw new Error('there is no refresh key: `ensureRefreshKey` makes the first')
    },
    async find(id) {
      if (!keys.has(id)) await seek()
      return keys.get(id)
    },
  }
}
