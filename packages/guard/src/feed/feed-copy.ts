import { randomBytes } from 'node:crypto'
import type { RefusedToken } from '../jws/check.ts'
import type { KeySet } from '../jws/key-set.ts'
import { describeError } from '../keys/describe-error.ts'
import { type Exchange, FeedReplica, type Proof } from './feed-replica.ts'
import { AnsweredError, type FeedRequests } from './feed-requests.ts'
import type { FeedToFollow } from './feed-to-follow.ts'
import { hashIdentifier } from './hash-identifier.ts'
import type { FeedRecord } from './parse-record.ts'
import { readSnapshotRecords, splitSnapshot } from './read-snapshot.ts'
import { HeartbeatVerifier, readSnapshotHead, type SnapshotHead, type VerifiedHeartbeat } from './verify-heartbeat.ts'

const wentBack = 'the feed went back in its history'

/** Keeps a replica in step with the server: what to ask when something is missing, and when to believe what. */
export class FeedCopy {
  readonly replica: FeedReplica = new FeedReplica()
  readonly #feed: FeedToFollow
  readonly #requests: FeedRequests
  readonly #verifier: HeartbeatVerifier
  readonly #proved: (checkpoint: unknown) => void
  #lastHeartbeat: string | undefined
  /** The last heartbeat of a history that the server has lost, and has not been told of. */
  #evidence: string | undefined
  #isChangeTold = false

  /** `proved` is called whenever the copy was proved complete, with the checkpoint of the audit log that the proof carries. */
  constructor(feed: FeedToFollow, requests: FeedRequests, proved: (checkpoint: unknown) => void) {
    this.#feed = feed
    this.#requests = requests
    this.#verifier = new HeartbeatVerifier(feed.issuer)
    this.#proved = proved
  }

  startExchange(): Exchange {
    return { askedAt: this.#feed.monotonic(), firstIat: undefined, nonce: randomBytes(16).toString('base64url') }
  }

  /** Takes a record of a stream. Rejects when it is none, or when what is missing before it can't be had. */
  async takeRecord(url: string, line: string): Promise<void> {
    const applied = this.replica.apply(line, this.#feed.clock())
    if (applied.outcome === 'malformed') throw new Error('the feed sent what is no record')
    if (applied.outcome === 'gap') await this.readLog(url)
    if (applied.outcome === 'applied') this.#noticeRecord(applied.record)
  }

  /** Takes a heartbeat. Rejects when it isn't the issuer's, or when another history began: then connect anew. */
  async takeHeartbeat(url: string, jws: string, exchange: Exchange): Promise<void> {
    if ((await this.#compare(url, jws, exchange)) === 'gap') await this.readLog(url)
  }

  /** Reads what is after the copy's own records, up to a heartbeat. */
  async readLog(url: string, exchange: Exchange = this.startExchange(), waitSeconds?: number): Promise<void> {
    for (;;) {
      const before = this.replica.sequence
      const nonce = exchange.firstIat === undefined ? exchange.nonce : undefined
      const lines = await this.#requests.readLog(url, { after: before, waitSeconds, nonce })
      if (lines === undefined) return this.readSnapshot(url)
      const heartbeat = lines.at(-1)
      if (heartbeat === undefined) throw new Error('the log has no heartbeat')
      for (const line of lines.slice(0, -1)) this.#takeLogged(line)
      if ((await this.#compare(url, heartbeat, exchange)) !== 'gap') return
      if (this.replica.sequence === before) throw new Error('the log lacks the newest records')
    }
  }

  /** Adds a snapshot's records, and goes on after it. Nothing that was there is taken away. */
  async readSnapshot(url: string): Promise<void> {
    const bytes = await this.#requests.readSnapshot(url)
    const { heartbeat } = await this.#verify(splitSnapshot(bytes).jws, 'feed-snapshot+jwt')
    if (!this.replica.isRewoundBy(heartbeat)) {
      await this.takeSnapshot(bytes)
      return
    }
    await this.#reportRewind(url, wentBack)
    // Read again, since the server may just have revoked what was issued before.
    await this.takeSnapshot(await this.#requests.readSnapshot(url))
  }

  /** Takes a snapshot's bytes. Returns its head. */
  async takeSnapshot(bytes: Buffer): Promise<SnapshotHead> {
    const { jws, records } = splitSnapshot(bytes)
    const head = readSnapshotHead(await this.#verify(jws, 'feed-snapshot+jwt'))
    if (head === undefined) throw new Error('the snapshot says not how much it holds')
    const read = await readSnapshotRecords(records, head)
    const { denySet } = this.replica
    const hasNewKey = read.some((record) => record.k === 'k' && !denySet.hasKey(record.i))
    for (const record of read) denySet.apply(record)
    this.replica.continueFrom(head)
    if (hasNewKey) void this.#feed.keys.renew()
    this.#tellChange()
    return head
  }

  #takeLogged(line: string): void {
    const applied = this.replica.apply(line, this.#feed.clock())
    if (applied.outcome === 'malformed' || applied.outcome === 'gap') throw new Error('the log has a hole')
    if (applied.outcome === 'applied') this.#noticeRecord(applied.record)
  }

  #noticeRecord(record: FeedRecord): void {
    if (record.k === undefined) this.#feed.log({ type: 'feed_unknown_record', sequence: record.n })
    // The key may be gone from the issuer's set, or still stand there: either way its tokens are denied from now on.
    if (record.k === 'k') void this.#feed.keys.renew()
    this.#tellChange()
  }

  /** Once for all records that came together. */
  #tellChange(): void {
    if (this.#isChangeTold) return
    this.#isChangeTold = true
    setImmediate(() => {
      this.#isChangeTold = false
      this.#feed.changed()
    })
  }

  async #compare(url: string, jws: string, exchange: Exchange): Promise<Proof> {
    const arrivedAt = this.#feed.monotonic()
    const { heartbeat, claims } = await this.#verify(jws, 'feed-heartbeat+jwt')
    const proof = this.replica.prove(heartbeat, exchange, arrivedAt, this.#feed.clock())
    if (proof === 'rewound' || proof === 'altered') await this.#startOver(url, proof)
    if (proof === 'untimely') {
      const seconds = Math.round(Math.abs(heartbeat.iat - this.#feed.clock() / 1000))
      throw new Error(`this machine's clock and the issuer's differ by ${seconds} s, or the heartbeat is old`)
    }
    if (proof === 'proved') {
      this.#lastHeartbeat = jws
      this.#proved(claims.audit)
      void this.#handInEvidence(url)
    }
    return proof
  }

  /** Another history: keeps every record, and adds those of the new one. Always rejects, so that whoever reads connects anew. */
  async #startOver(url: string, proof: 'rewound' | 'altered'): Promise<never> {
    // Another chain too may be a backup that was restored, and has gone on since: the server can tell by the heartbeat.
    await this.#reportRewind(url, proof === 'rewound' ? wentBack : 'the chain differs: somebody changed the feed')
    await this.readSnapshot(url)
    throw new Error(proof === 'rewound' ? wentBack : 'the chain differs')
  }

  /** Hands the last heartbeat of a history that the server has lost to it, so that it knows what it lost. */
  async #reportRewind(url: string, sentence: string): Promise<void> {
    this.#feed.log({ type: 'feed_alarm', sentence })
    this.replica.leaveHistory()
    this.#evidence = this.#lastHeartbeat ?? this.#evidence
    this.#lastHeartbeat = undefined
    await this.#handInEvidence(url)
  }

  /** Again with each proof, until the server has taken it or refuses it for good: it may be that nobody else knows what was lost. */
  async #handInEvidence(url: string): Promise<void> {
    const heartbeat = this.#evidence
    if (heartbeat === undefined) return
    this.#evidence = undefined
    try {
      await this.#requests.post(`${url}/rewound`, 'application/json', JSON.stringify({ heartbeat }))
    } catch (error) {
      if (!isRefusedForGood(error)) this.#evidence ??= heartbeat
      this.#feed.log({ type: 'feed_failed', sentence: describeError(error) })
    }
  }

  async #verify(jws: string, type: 'feed-heartbeat+jwt' | 'feed-snapshot+jwt'): Promise<VerifiedHeartbeat> {
    const keySet = this.#feed.keys.current() ?? (await this.#feed.keys.obtain())
    const first = this.#verifyWith(jws, keySet, type)
    const verified =
      first.ok || first.unknownKid === undefined
        ? first
        : this.#verifyWith(jws, (await this.#feed.keys.seek(first.unknownKid)) ?? keySet, type)
    if (!verified.ok) throw new Error(`the ${type} was refused: ${verified.failure.check} is ${verified.failure.got}`)
    if (this.replica.denySet.hasKey(hashIdentifier(verified.kid))) throw new Error('its key is compromised')
    return verified
  }

  #verifyWith(
    jws: string,
    keySet: KeySet | undefined,
    type: 'feed-heartbeat+jwt' | 'feed-snapshot+jwt',
  ): VerifiedHeartbeat | RefusedToken {
    if (keySet === undefined) throw new Error("the issuer's keys can't be had")
    return this.#verifier.verify(jws, keySet, type)
  }
}

/** Whoever is too busy, or has not answered, may take it later. */
function isRefusedForGood(error: unknown): boolean {
  return error instanceof AnsweredError && error.status < 500 && error.status !== 429
}
