import type { EpochSeconds } from '../claims/access-token-claims.ts'
import { asymmetricAlgorithms } from '../jws/algorithm.ts'
import { type RefusedToken, refuseToken } from '../jws/check.ts'
import type { KeySet } from '../jws/key-set.ts'
import { type JsonObject, parseJsonObject } from '../jws/parse-json-object.ts'
import { quote } from '../jws/quote.ts'
import { verifyJws } from '../jws/verify-jws.ts'

/** What the issuer signs: at `iat`, `seq` was the newest record, and `h` is the chain up to it. */
export interface Heartbeat {
  readonly fid: string
  readonly seq: number
  readonly h: Buffer
  readonly iat: EpochSeconds
  /** Of the request that it answers; undefined when it is for all. */
  readonly nonce: string | undefined
}

/** The signed line before a snapshot's records. */
export interface SnapshotHead extends Heartbeat {
  readonly count: number
  readonly digest: string
}

export interface VerifiedHeartbeat {
  readonly ok: true
  readonly claims: JsonObject
  readonly kid: string
  readonly heartbeat: Heartbeat
}

type FeedType = 'feed-heartbeat+jwt' | 'feed-snapshot+jwt'

const chainText = /^[\w-]{43}$/

/**
 * Verifies heartbeats and snapshots of one issuer. The headers that it knows are its own, one map for each type: were they the access tokens',
 * a heartbeat's header would pass for one of an access token, and the other way round.
 */
export class HeartbeatVerifier {
  readonly #issuer: string
  #keySet: KeySet | undefined
  #views: Partial<Record<FeedType, KeySet>> = {}

  constructor(issuer: string) {
    this.#issuer = issuer
  }

  verify(jws: string, keySet: KeySet, type: FeedType): VerifiedHeartbeat | RefusedToken {
    const verified = verifyJws(jws, this.#viewFor(keySet, type), { algorithms: asymmetricAlgorithms, type })
    if (!verified.ok) return verified
    const claims = parseJsonObject(verified.payload)
    const heartbeat = claims && readHeartbeat(claims)
    const { kid } = verified.header
    if (claims === undefined || heartbeat === undefined || typeof kid !== 'string') {
      return refuseToken('claims', 'those of a heartbeat', quote(claims))
    }
    if (claims.iss !== this.#issuer) return refuseToken('issuer', quote(this.#issuer), quote(claims.iss))
    return { ok: true, claims, kid, heartbeat }
  }

  #viewFor(keySet: KeySet, type: FeedType): KeySet {
    if (this.#keySet !== keySet) this.#views = {}
    this.#keySet = keySet
    this.#views[type] ??= { ...keySet, knownHeaders: new Map() }
    return this.#views[type]
  }
}

function readHeartbeat({ fid, seq, h, iat, nonce }: JsonObject): Heartbeat | undefined {
  if (typeof fid !== 'string' || fid === '' || typeof h !== 'string' || !chainText.test(h)) return undefined
  if (!Number.isSafeInteger(seq) || Number(seq) < 0 || typeof iat !== 'number' || !Number.isFinite(iat))
    return undefined
  return {
    fid,
    seq: Number(seq),
    h: Buffer.from(h, 'base64url'),
    iat,
    nonce: typeof nonce === 'string' ? nonce : undefined,
  }
}

/** Reads what a snapshot says besides; undefined when it says it not. */
export function readSnapshotHead({ claims, heartbeat }: VerifiedHeartbeat): SnapshotHead | undefined {
  const { count, digest } = claims
  if (!Number.isSafeInteger(count) || typeof digest !== 'string') return undefined
  return { ...heartbeat, count: Number(count), digest }
}
