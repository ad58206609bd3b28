import type { Database, Queries } from '../../platform/database/database.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import { verifyOwnJws } from '../keys/verify-own-jws.ts'
import { beginNewHistory } from './begin-new-history.ts'
import { HEARTBEAT_TYPE } from './feed-heartbeat.ts'
import { type FeedHead, selectChainAt, selectHead } from './feed-store.ts'

export interface NoteRewoundDeps {
  readonly issuer: string
  readonly database: Database
  readonly keyRing: KeyRing
}

/**
 * Takes a heartbeat of ours that a guard has kept. When it is of the current feed, and of a number that the database has not come to or has another
 * chain at, the database has lost its newest history, whether or not new records have come since: a new one begins. Returns false for what
 * is no heartbeat of this issuer.
 */
export async function noteRewound({ issuer, database, keyRing }: NoteRewoundDeps, heartbeat: string): Promise<boolean> {
  const claims = await verifyOwnJws(keyRing, HEARTBEAT_TYPE, heartbeat)
  const { iss, fid, seq, h } = claims ?? {}
  if (iss !== issuer || typeof fid !== 'string' || typeof seq !== 'number' || typeof h !== 'string') return false
  const isLost = async (head: FeedHead, sql: Queries): Promise<boolean> => {
    if (head.feedId !== fid) return false
    if (head.sequence < seq) return true
    const chain = seq === head.sequence ? head.chain : await selectChainAt(sql, seq)
    return chain !== undefined && chain !== h
  }
  const { read } = database
  if (await isLost(await selectHead(read), read)) await database.write((tx) => beginNewHistory(tx, isLost))
  return true
}
