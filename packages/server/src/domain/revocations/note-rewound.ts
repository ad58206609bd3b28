import type { Database } from '../../platform/database/database.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import { verifyOwnJws } from '../keys/verify-own-jws.ts'
import { beginNewHistory } from './begin-new-history.ts'
import { HEARTBEAT_TYPE } from './feed-heartbeat.ts'
import { type FeedHead, selectHead } from './feed-store.ts'

export interface NoteRewoundDeps {
  readonly issuer: string
  readonly database: Database
  readonly keyRing: KeyRing
}

/**
 * Takes a heartbeat of ours that a guard has kept. When it is of the current feed and of a number that the database has not come to, the
 * database has lost its newest history: a new one begins. Returns false for what is no heartbeat of this issuer.
 */
export async function noteRewound({ issuer, database, keyRing }: NoteRewoundDeps, heartbeat: string): Promise<boolean> {
  const claims = await verifyOwnJws(keyRing, HEARTBEAT_TYPE, heartbeat)
  const { iss, fid, seq } = claims ?? {}
  if (iss !== issuer || typeof fid !== 'string' || typeof seq !== 'number') return false
  const isRewound = (head: FeedHead) => head.feedId === fid && head.sequence < seq
  if (isRewound(await selectHead(database.read))) await database.write((tx) => beginNewHistory(tx, isRewound))
  return true
}
