import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import type { Clock, EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Database, Transaction } from '../../platform/database/database.ts'
import { withinLimit } from '../../platform/database/within-limit.ts'
import { OngoingTrouble } from '../../platform/log/ongoing-trouble.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import { beginNewHistory } from './begin-new-history.ts'
import { signHeartbeat } from './feed-heartbeat.ts'
import { type FeedHead, selectChainAt, selectHead } from './feed-store.ts'
import { FeedTail } from './feed-tail.ts'
import { type FeedStep, readFeed } from './read-feed.ts'
import { FEED_TOPIC } from './record-revocations.ts'

/** How far one history has come. */
export interface FeedPosition {
  readonly feedId: string
  readonly sequence: number
  /** base64url of 32 bytes. */
  readonly chain: string
}

/** What one look at the tables has found. */
export interface FeedPulse {
  readonly position: FeedPosition
  /** Records up to it may be gone. */
  readonly forgottenSequence: number
  /** Taken before the tables were read. */
  readonly readAt: EpochMilliseconds
  readonly heartbeat: string
  /** The newest checkpoint of the audit log, as the heartbeat carries it; undefined before there is one. */
  readonly checkpoint: string | undefined
  /** Whether all listeners were told of it. */
  readonly wasDelivered: boolean
}

export interface FeedDelivery {
  /** New lines in order; none for a heartbeat alone. */
  readonly lines: readonly string[]
  readonly pulse: FeedPulse
}

export interface FeedListener {
  /** Called in order; everything up to `pulse.position` has been delivered then. */
  deliver(delivery: FeedDelivery): void
  /** The feed goes on elsewhere: who has read it must look anew. */
  restart(): void
}

export interface FeedFollowerDeps {
  readonly issuer: string
  readonly database: Database
  readonly clock: Clock
  readonly keyRing: KeyRing
  readonly log: { warn(details: object, message: string): void }
  /** The newest checkpoint of the audit log, for heartbeats to carry. Absent: they carry none. */
  readonly findCheckpoint?: () => string | undefined
  /** After which a look that is not answered is given up; 5,000 when absent. */
  readonly lookLimitMilliseconds?: number
}

/** The poll is the truth; announcements only make it instant. */
const POLL_MS = 150
const HEARTBEAT_MS = 1000
const MOST_WAITS = 3
/** Whatever a look waits for: guards call the feed stale after three seconds, and dark after a minute. */
const LOOK_LIMIT_MS = 5000

/**
 * Follows the feed's tables in this process, whoever writes them, and tells its listeners of new lines, each batch and each second with a
 * signed heartbeat. Looks at the tables one at a time, so that what it tells is in order.
 */
export class FeedFollower {
  readonly #deps: FeedFollowerDeps
  readonly #trouble: OngoingTrouble
  readonly #listeners = new Set<FeedListener>()
  #position: FeedPosition = { feedId: '', sequence: 0, chain: '' }
  #tail = new FeedTail(0)
  #next: Promise<FeedPulse> | undefined
  #running: Promise<unknown> = Promise.resolve()
  #lastReadAt: EpochMilliseconds = 0
  #nextHeartbeatAt = 0
  #timer: NodeJS.Timeout | undefined
  #stopListening: (() => void) | undefined

  constructor(deps: FeedFollowerDeps) {
    this.#deps = deps
    this.#trouble = new OngoingTrouble(deps.log, {
      begins: 'the revocation feed cannot be read: guards get no heartbeat',
      ends: 'the revocation feed is read again',
    })
  }

  /** How far it has followed. */
  get position(): FeedPosition {
    return this.#position
  }

  /** Lines after a number up to `position`, so many at most; undefined when they are no longer in memory. */
  linesAfter(sequence: number, most: number): readonly string[] | undefined {
    return this.#tail.linesAfter(sequence, most)
  }

  async start(): Promise<void> {
    this.#moveTo(await selectHead(this.#deps.database.readUrgently))
    this.#stopListening = this.#deps.database.onAnnounced(FEED_TOPIC, () => this.#look())
    this.#pollLater()
  }

  async stop(): Promise<void> {
    this.#stopListening?.()
    clearTimeout(this.#timer)
    this.#timer = undefined
    await this.#running
  }

  listen(listener: FeedListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /**
   * A look at the tables that begins after this call; callers who come before it begins share it. Rejects when they can't be read: then
   * nothing is said.
   */
  pulse(): Promise<FeedPulse> {
    this.#next ??= this.#beginNext()
    return this.#next
  }

  #beginNext(): Promise<FeedPulse> {
    const before = this.#running
    const pulse = (async () => {
      await before
      await nextTurn()
      this.#next = undefined
      return this.#beat()
    })()
    this.#running = pulse.then(
      () => this.#trouble.note(undefined),
      (error) => this.#trouble.note(error),
    )
    return pulse
  }

  async #beat(): Promise<FeedPulse> {
    const { issuer, database, keyRing, findCheckpoint, lookLimitMilliseconds = LOOK_LIMIT_MS } = this.#deps
    const readAt = await this.#nextMoment()
    const step = await withinLimit(readFeed(database.readUrgently, this.#position), lookLimitMilliseconds, tooLate)
    const head = step.kind === 'continued' ? step.head : await this.#followElsewhere(step)
    const lines = step.kind === 'continued' ? step.lines : []
    // Whoever reads that a key is compromised asks for the keys at once, and must not find it among them.
    if (lines.some((line) => line.includes('"k":"k"'))) keyRing.forget()
    const position = toPosition(head)
    const checkpoint = findCheckpoint?.()
    const signer = await withinLimit(keyRing.getSigner('ES256'), lookLimitMilliseconds, tooLate)
    const heartbeat = signHeartbeat({ issuer, position, readAt, checkpoint }, signer)
    const wasDelivered = lines.length > 0 || performance.now() >= this.#nextHeartbeatAt
    const pulse = { position, forgottenSequence: head.forgottenSequence, readAt, heartbeat, checkpoint, wasDelivered }
    this.#position = position
    this.#tail.append(lines)
    if (wasDelivered) this.#deliver({ lines, pulse })
    return pulse
  }

  /** Heartbeats of one process never carry the same millisecond, as long as the clock goes on. */
  async #nextMoment(): Promise<EpochMilliseconds> {
    // A timer may be a little early. A clock that stands still, or was set back, is not waited for.
    for (let waits = 0; this.#deps.clock.now() <= this.#lastReadAt && waits < MOST_WAITS; waits += 1) await sleep(1)
    this.#lastReadAt = this.#deps.clock.now()
    return this.#lastReadAt
  }

  #deliver(delivery: FeedDelivery): void {
    this.#nextHeartbeatAt = performance.now() + HEARTBEAT_MS
    for (const listener of this.#listeners) listener.deliver(delivery)
  }

  async #followElsewhere(step: Exclude<FeedStep, { kind: 'continued' }>): Promise<FeedHead> {
    const { database, log } = this.#deps
    const position = this.#position
    const { feedId, sequence } = position
    log.warn({ feedId, sequence, found: step.head.sequence }, `the revocation feed has ${step.kind}`)
    // Asked again where it is written: a server that was replaced may have answered, and nothing is lost that only it has not.
    if (step.kind === 'rewound') await database.write((tx) => beginNewHistory(tx, (head) => lacks(tx, head, position)))
    const head = await selectHead(database.readUrgently)
    if (step.kind === 'rewound' && head.feedId === feedId) throw new Error('an older history was read than there is')
    this.#moveTo(head)
    for (const listener of this.#listeners) listener.restart()
    return head
  }

  #moveTo(head: FeedHead): void {
    this.#position = toPosition(head)
    this.#tail = new FeedTail(head.sequence)
  }

  #look(): void {
    this.pulse().catch(() => {})
  }

  #pollLater(): void {
    const untilHeartbeat = Math.max(1, this.#nextHeartbeatAt - performance.now())
    this.#timer = setTimeout(
      () => {
        if (this.#timer === undefined) return
        this.#look()
        void this.#running.then(() => this.#timer !== undefined && this.#pollLater())
      },
      Math.min(POLL_MS, untilHeartbeat),
    ).unref()
  }
}

/** Whether a history of the same feed does not have a position, or can't be asked for it any more. */
async function lacks(
  { sql }: Transaction,
  head: FeedHead,
  { feedId, sequence, chain }: FeedPosition,
): Promise<boolean> {
  if (head.feedId !== feedId) return false
  if (head.sequence <= sequence) return head.sequence < sequence || head.chain !== chain
  return (await selectChainAt(sql, sequence)) !== chain
}

function tooLate(): Error {
  return new Error('the database did not answer in time')
}

function toPosition({ feedId, sequence, chain }: FeedHead): FeedPosition {
  return { feedId, sequence, chain }
}
