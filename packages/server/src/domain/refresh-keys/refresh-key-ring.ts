import { createSecretKey, type KeyObject } from 'node:crypto'
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
  /** The key of this id; undefined when there is none. Asks the database only for ids that are not in memory, once a second at most. */
  find(id: string): Promise<RefreshKey | undefined>
}

const FRESH_MS = 500
const SEEK_PAUSE_MS = 1000

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

  return {
    async newest() {
      if (monotonicNow() - readAt >= FRESH_MS) await readOnce()
      const newest = keys.get(newestId)
      if (newest) return newest
      throw new Error('there is no refresh key: `ensureRefreshKey` makes the first')
    },
    async find(id) {
      if (!keys.has(id) && monotonicNow() - readAt >= SEEK_PAUSE_MS) await readOnce()
      return keys.get(id)
    },
  }
}
