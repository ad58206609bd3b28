import { asymmetricAlgorithms } from '../jws/algorithm.ts'
import type { RefusedToken } from '../jws/check.ts'
import { refuseToken } from '../jws/check.ts'
import type { KeySet } from '../jws/key-set.ts'
import { parseJsonObject } from '../jws/parse-json-object.ts'
import { quote } from '../jws/quote.ts'
import { verifyJws } from '../jws/verify-jws.ts'

/** How far a feed had come, as the issuer has signed it: docs/reference/revocation-feed.md, "Heartbeats". */
export interface SignedPosition {
  readonly ok: true
  readonly feedId: string
  readonly sequence: number
  /** base64url of 32 bytes. */
  readonly chain: string
  /** Milliseconds since 1970. */
  readonly at: number
  /** Of a snapshot: base64url of SHA-256 over its records. */
  readonly digest: string | undefined
}

export type PositionType = 'feed-heartbeat+jwt' | 'feed-snapshot+jwt'

/** Verifies a heartbeat, or the first line of a snapshot. Whether it is of today is the caller's to say. */
export function verifyPosition(
  jws: string,
  keys: KeySet,
  { issuer, type }: { readonly issuer: string; readonly type: PositionType },
): SignedPosition | RefusedToken {
  const verified = verifyJws(jws, keys, { algorithms: asymmetricAlgorithms, type })
  if (!verified.ok) return verified
  const { iss, fid, seq, h, iat, digest } = parseJsonObject(verified.payload) ?? {}
  if (iss !== issuer) return refuseToken('issuer', issuer, quote(iss))
  const isWhole = typeof fid === 'string' && Number.isSafeInteger(seq) && Number(seq) >= 0
  if (!isWhole || typeof h !== 'string' || !chainForm.test(h) || typeof iat !== 'number') {
    return refuseToken('claims', 'fid, seq, h and iat', quote({ fid, seq, h, iat }))
  }
  const at = Math.round(iat * 1000)
  return {
    ok: true,
    feedId: fid,
    sequence: Number(seq),
    chain: h,
    at,
    digest: typeof digest === 'string' ? digest : undefined,
  }
}

const chainForm = /^[\w-]{43}$/
