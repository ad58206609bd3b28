import { readFile, rename, writeFile } from 'node:fs/promises'
import type { AuditMemory } from '../guard.ts'
import { describeError } from '../keys/describe-error.ts'
import type { FeedRequests } from './feed-requests.ts'
import type { FeedToFollow } from './feed-to-follow.ts'
import { type TreeSize, verifyConsistency } from './verify-consistency.ts'

const everyMs = 60_000

interface Checkpoint extends TreeSize {
  readonly note: string
}

/** Reads a checkpoint (https://c2sp.org/tlog-checkpoint); undefined for what is none. The heartbeat that carries it is signed. */
function parseCheckpoint(note: unknown): Checkpoint | undefined {
  if (typeof note !== 'string') return undefined
  const [, size, root = ''] = note.split('\n')
  const checkpoint = { note, size: Number(size), root: Buffer.from(root, 'base64') }
  return checkpoint.size > 0 && Number.isSafeInteger(checkpoint.size) && checkpoint.root.length === 32
    ? checkpoint
    : undefined
}

/** Remembers how far the issuer's audit log had come, and sees when it does not go on from there: docs/reference/audit-log.md, "What a guard does". */
export class AuditWatch {
  readonly #feed: FeedToFollow
  readonly #requests: FeedRequests
  readonly #loaded: Promise<unknown>
  #kept: Checkpoint | undefined
  #evidence: string | undefined
  #askedAt = Number.NEGATIVE_INFINITY

  constructor(feed: FeedToFollow, requests: FeedRequests) {
    this.#feed = feed
    this.#requests = requests
    this.#loaded = this.#load(feed.settings.auditFile).catch(() => {})
  }

  get memory(): AuditMemory | undefined {
    return this.#kept && { size: this.#kept.size, checkpoint: this.#kept.note, evidence: this.#evidence }
  }

  /** Takes what a heartbeat has carried. Whoever calls doesn't wait: it is compared in the background, once a minute at most. */
  async notice(url: string, note: unknown): Promise<void> {
    if (note === this.#kept?.note) return
    await this.#loaded
    const seen = parseCheckpoint(note)
    const now = this.#feed.monotonic()
    if (!seen || (this.#kept && now < this.#askedAt + everyMs)) return
    this.#askedAt = now
    try {
      await this.#compare(url, seen, this.#kept)
    } catch (error) {
      this.#feed.log({ type: 'feed_failed', sentence: describeError(error) })
    }
  }

  async #compare(url: string, seen: Checkpoint, kept: Checkpoint | undefined): Promise<void> {
    if (kept === undefined) return this.#keep(seen)
    const [from, to] = kept.size > seen.size ? [seen, kept] : [kept, seen]
    const proof = from.size === to.size ? [] : await this.#requests.readProof(url, from.size, to.size)
    // The server has signed the larger one: that it doesn't know it any more is just what may not be. That it has yet to see it may.
    if (proof === undefined) return to === kept ? this.#alarm(seen, 'the audit log was cut off') : undefined
    const goesOn = from.size === to.size ? from.root.equals(to.root) : verifyConsistency(from, to, proof)
    if (!goesOn) return this.#alarm(seen, 'the audit log is another one')
    if (to === seen) await this.#keep(seen)
  }

  #alarm(seen: Checkpoint, what: string): Promise<void> {
    const sentence = `${what}: it had ${this.#kept?.size} events, and its ${seen.size} do not go on from them`
    this.#evidence = this.#kept?.note
    this.#feed.log({ type: 'audit_alarm', sentence })
    return this.#keep(seen)
  }

  async #keep(seen: Checkpoint): Promise<void> {
    this.#kept = seen
    const file = this.#feed.settings.auditFile
    if (file === undefined) return
    const part = `${file}.${process.pid}.part`
    await writeFile(part, JSON.stringify(this.memory))
    await rename(part, file)
  }

  async #load(file: string | undefined): Promise<void> {
    if (file === undefined) return
    const { checkpoint, evidence } = JSON.parse(await readFile(file, 'utf8'))
    this.#kept = parseCheckpoint(checkpoint)
    this.#evidence = evidence
  }
}
