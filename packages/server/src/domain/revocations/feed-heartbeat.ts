import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Signer } from '../keys/key-ring.ts'
import { signJws } from '../keys/sign-jws.ts'
import type { FeedPosition } from './feed-follower.ts'

/** `typ` of the signed statements, docs/reference/revocation-feed.md. */
export const HEARTBEAT_TYPE = 'feed-heartbeat+jwt'
const SNAPSHOT_TYPE = 'feed-snapshot+jwt'

/** That at a moment the feed had come to this number and this chain. */
export interface FeedStatement {
  readonly issuer: string
  readonly position: FeedPosition
  /** Taken before the position was read: whatever is committed later is not denied by it. */
  readonly readAt: EpochMilliseconds
  /** Of the guard that asked for it; absent in those that are for all. */
  readonly nonce?: string
  /** The newest checkpoint of the audit log; absent before there is one. */
  readonly checkpoint?: string | undefined
}

export function signHeartbeat(statement: FeedStatement, signer: Signer): string {
  return signJws(HEARTBEAT_TYPE, toClaims(statement), signer)
}

/** @param digest base64url of SHA-256 over all that follows the signed line */
export function signSnapshot(
  statement: FeedStatement,
  { count, digest }: { readonly count: number; readonly digest: string },
  signer: Signer,
): string {
  return signJws(SNAPSHOT_TYPE, { ...toClaims(statement), count, digest }, signer)
}

function toClaims({ issuer, position, readAt, nonce, checkpoint }: FeedStatement): object {
  const { feedId, sequence, chain } = position
  return {
    iss: issuer,
    fid: feedId,
    seq: sequence,
    h: chain,
    iat: readAt / 1000,
    ...(nonce !== undefined && { nonce }),
    ...(checkpoint !== undefined && { audit: checkpoint }),
  }
}
