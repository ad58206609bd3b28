import { BackgroundLoop } from '../../platform/background-loop/background-loop.ts'
import type { Database, Queries } from '../../platform/database/database.ts'
import { OngoingTrouble } from '../../platform/log/ongoing-trouble.ts'
import { rootOfPeaks } from '../../platform/merkle-tree/peaks.ts'
import type { Checkpoint } from '../../platform/signed-note/checkpoint.ts'
import type { NoteSigner } from '../../platform/signed-note/signed-note.ts'
import type { AuditDetail } from '../audit/audit-event.ts'
import { listAuditEvents } from '../audit/list-audit-events.ts'
import { hasPendingEvents } from '../audit/pending-events.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { AUDIT_TREE_TOPIC, appendPending } from './append-pending.ts'
import { selectHead, selectLeaves, type TreeHead } from './audit-tree-store.ts'
import { type Contradiction, findContradiction, isHeadSigned, readOwnCheckpoint } from './find-contradiction.ts'

export interface AuditTreeKeeperDeps {
  readonly database: Database
  readonly auditSigner: NoteSigner
  readonly log: { error(details: object, message: string): void; warn(details: object, message: string): void }
}

/** What is wrong with the tree, and how it was seen. */
export interface AuditAlarm {
  readonly contradiction: Contradiction
  /** The process itself, or the name of the guard that remembers another tree. */
  readonly seenBy: string
  readonly rememberedSize: number
  readonly foundSize: number
  /** The signed checkpoint that the tree does not go on from; empty where there is none. */
  readonly checkpoint: string
}

export interface AuditTreeState {
  readonly size: number
  /** The signed note; undefined before the first event. */
  readonly checkpoint: string | undefined
  /** Whether nothing is signed any more, until the process is started anew. */
  readonly isRefusing: boolean
  /** The latest ones. */
  readonly alarms: readonly AuditAlarm[]
}

/** An announcement would cost every audited act, and not a poll but it is what promises the second. */
const POLL_MS = 250
const MOST_ALARMS = 20
const MOST_GOOD_NOTES = 1000

interface Remembered extends Checkpoint {
  readonly note: string
}

/** Appends what was audited to the tree, and remembers how far it had come: what does not go on from there it does not sign. */
export class AuditTreeKeeper {
  readonly #deps: AuditTreeKeeperDeps
  readonly #loop: BackgroundLoop
  readonly #trouble: OngoingTrouble
  #remembered: Remembered | undefined
  #alarms: AuditAlarm[] = []
  #isRefusing = false
  readonly #goodNotes = new Set<string>()

  constructor(deps: AuditTreeKeeperDeps) {
    this.#deps = deps
    this.#trouble = new OngoingTrouble(deps.log, {
      begins: 'the audit log cannot be appended to its tree; it is tried again',
      ends: 'the audit log is appended to its tree again',
    })
    this.#loop = new BackgroundLoop({
      database: deps.database,
      topic: AUDIT_TREE_TOPIC,
      pollMilliseconds: POLL_MS,
      look: () => this.#lookInBackground(),
      onError: (error) => this.#trouble.note(error),
    })
  }

  /** Takes the tree as it stands for the one to go on from, and begins to append. */
  async start(): Promise<void> {
    await this.look()
    this.#loop.start()
  }

  /** Appends what was audited last: nothing waits until the next start. */
  async stop(): Promise<void> {
    await this.#loop.stop()
    await this.appendAll().catch((error) => {
      this.#deps.log.warn({ error }, 'the audit log could not be appended to its tree; the next start does it')
    })
  }

  /** Appends all that waits: for who must not wait for the loop. */
  async appendAll(): Promise<void> {
    while (await this.look()) {
      // There may be more.
    }
  }

  state(): AuditTreeState {
    return {
      size: this.#remembered?.size ?? 0,
      checkpoint: this.#remembered?.note,
      isRefusing: this.#isRefusing,
      alarms: this.#alarms,
    }
  }

  /** Looks at the tree, and appends what waits. True: there may be more. */
  async look(): Promise<boolean> {
    if (this.#isRefusing) return false
    const { database, auditSigner } = this.#deps
    try {
      const head = await selectHead(database.read)
      await this.#assertGoesOn(head)
      this.#remember(head)
      if (!(await hasPendingEvents(database.read))) return false
      const appended = await database.write((tx) =>
        appendPending(tx, auditSigner, async (locked) => {
          await this.#assertGoesOn(locked, tx.sql)
          await assertEndsThere(tx.sql, locked)
        }),
      )
      this.#remember(appended.head)
      return appended.hasMore
    } catch (error) {
      if (!(error instanceof ContradictionError)) throw error
      await this.#refuse(error)
      return false
    }
  }

  /** Whether a checkpoint is one of this log's own. */
  hasSigned(note: string): boolean {
    return this.#goodNotes.has(note) || readOwnCheckpoint(note, this.#deps.auditSigner) !== undefined
  }

  async #lookInBackground(): Promise<boolean> {
    const hasMore = await this.look()
    this.#trouble.note(undefined)
    return hasMore
  }

  /**
   * Holds what a guard remembers against the tree. What this key did not sign is no evidence. Returns the contradiction; undefined when there is none.
   */
  async examine(note: string, seenBy: string): Promise<Contradiction | undefined> {
    if (this.#goodNotes.has(note)) return undefined
    const { database, auditSigner } = this.#deps
    const earlier = readOwnCheckpoint(note, auditSigner)
    if (earlier === undefined) return undefined
    const head = await selectHead(database.read)
    const contradiction = await findContradiction(database.read, head, earlier)
    if (contradiction === undefined) {
      this.#noteGood(note)
      return undefined
    }
    // Guards keep their evidence, and tell it again and again.
    if (!this.#alarms.some(({ checkpoint }) => checkpoint === note))
      await this.#raise(
        { contradiction, seenBy, rememberedSize: earlier.size, foundSize: head.size, checkpoint: note },
        { isAudited: await this.#isAudited(note) },
      )
    return contradiction
  }

  /** Whether an earlier process, or another one, has left an event of it. */
  async #isAudited(note: string): Promise<boolean> {
    const told = await listAuditEvents(this.#deps.database.read, { act: 'audit.broken', limit: 1000 })
    return told.some(({ detail }) => detail.checkpoint === note)
  }

  /** Every guard tells the same ones again and again. What becomes of the tree later this process sees by itself. */
  #noteGood(note: string): void {
    if (this.#goodNotes.size >= MOST_GOOD_NOTES) this.#goodNotes.clear()
    this.#goodNotes.add(note)
  }

  async #assertGoesOn(head: TreeHead, sql = this.#deps.database.read): Promise<void> {
    const root = rootOfPeaks(head.peaks)
    const { size, note, root: rememberedRoot = root } = this.#remembered ?? {}
    // Just the tree that was looked at last.
    if (head.size === size && head.checkpoint === note && Buffer.compare(root, rememberedRoot) === 0) return
    const contradiction = await this.#contradictionOf(head, sql)
    if (contradiction !== undefined) throw new ContradictionError(contradiction, head.size)
  }

  async #contradictionOf(head: TreeHead, sql: Database['read']): Promise<Contradiction | undefined> {
    const found = this.#remembered && (await findContradiction(sql, head, this.#remembered))
    if (found !== undefined) return found
    return isHeadSigned(head, this.#deps.auditSigner) ? undefined : 'unsigned'
  }

  #remember({ size, peaks, checkpoint }: TreeHead): void {
    if (size === 0 || checkpoint === this.#remembered?.note) return
    const { name: origin } = this.#deps.auditSigner
    this.#remembered = { origin, size, root: rootOfPeaks(peaks), note: checkpoint }
  }

  async #refuse({ contradiction, foundSize }: ContradictionError): Promise<void> {
    this.#isRefusing = true
    const { size = 0, note = '' } = this.#remembered ?? {}
    await this.#raise(
      { contradiction, seenBy: 'server', rememberedSize: size, foundSize, checkpoint: note },
      { isAudited: false },
    )
  }

  async #raise(alarm: AuditAlarm, { isAudited }: { readonly isAudited: boolean }): Promise<void> {
    this.#alarms = [...this.#alarms, alarm].slice(-MOST_ALARMS)
    this.#deps.log.error(
      { alarm },
      'the audit log does not go on from what it was: somebody has changed or restored it',
    )
    // The alarm itself never depends on it: whoever has the database could have written such an event.
    if (isAudited) return
    const detail: AuditDetail = {
      contradiction: alarm.contradiction,
      seen_by: alarm.seenBy,
      remembered_size: alarm.rememberedSize,
      found_size: alarm.foundSize,
      checkpoint: alarm.checkpoint,
    }
    await this.#deps.database.write((tx) =>
      recordAuditEvent(tx, { act: 'audit.broken', actor: 'system', outcome: 'done', detail }),
    )
  }
}

/** A leaf that the head does not count was written by somebody else, and stands where the next one must. */
async function assertEndsThere(sql: Queries, { size }: TreeHead): Promise<void> {
  const beyond = await selectLeaves(sql, { from: size, to: Number.MAX_SAFE_INTEGER, most: 1 })
  if (beyond.length > 0) throw new ContradictionError('forked', size)
}

class ContradictionError extends Error {
  override readonly name = 'ContradictionError'
  readonly contradiction: Contradiction
  readonly foundSize: number
  constructor(contradiction: Contradiction, foundSize: number) {
    super(`the audit tree is ${contradiction}`)
    this.contradiction = contradiction
    this.foundSize = foundSize
  }
}
