import type { Queries } from '../../platform/database/database.ts'
import { appendLeaves, type Peaks, rootOfPeaks } from '../../platform/merkle-tree/peaks.ts'
import type { Checkpoint } from '../../platform/signed-note/checkpoint.ts'
import type { NoteVerifier } from '../../platform/signed-note/signed-note.ts'
import { countAuditEvents, findSealedEvents } from '../audit/pending-events.ts'
import { STORED_LEVELS, selectHead, selectLeaves, type TreeHead, type TreeLeaf } from './audit-tree-store.ts'
import { EventChecks } from './event-checks.ts'
import { isHeadSigned, readOwnCheckpoint } from './find-contradiction.ts'
import { findWrongSubtrees } from './find-wrong-subtrees.ts'
import type { Finding } from './finding.ts'
import { listOutsiders } from './list-outsiders.ts'

/** A checkpoint that somebody else has kept. */
export interface HeldCheckpoint {
  /** Whose memory it is, for the sentence: a file, or a guard. */
  readonly holder: string
  readonly note: string
}

export interface AuditLogToVerify {
  readonly sql: Queries
  readonly verifier: NoteVerifier
  readonly held: readonly HeldCheckpoint[]
  /** Told now and then how far it has come. */
  readonly progress?: (done: number, of: number) => void
}

export interface VerifiedAuditLog {
  readonly size: number
  readonly checkpoint: string
  /** Events that the tree does not hold yet, and so does not protect. */
  readonly pending: number
  /** Leaves whose events were forgotten by retention. */
  readonly forgotten: number
  /** Events whose private part was erased with their account. */
  readonly erased: number
  /** The first ones: at most `MOST_FINDINGS`. */
  readonly findings: readonly Finding[]
  /** All of them. */
  readonly findingCount: number
}

const PAGE = 1000
const MOST_FINDINGS = 100

interface KnownCheckpoint extends Checkpoint {
  readonly holder: string
}

/**
 * Reads the whole log, and holds it against what the tables can't say of themselves: what the key has signed, and what others remember. A page at a
 * time, so that its memory does not grow with the log.
 */
export async function verifyAuditLog(parts: AuditLogToVerify): Promise<VerifiedAuditLog> {
  const { sql, verifier } = parts
  const head = await selectHead(sql)
  const findings = new Findings()
  if (!isHeadSigned(head, verifier)) findings.add(unsignedHead(head))
  const known = readHeld(parts, head, findings)
  const checks = new EventChecks(findings, verifier)
  const peaks = await walkLeaves(parts, head, { known, checks, findings })
  if (peaks !== undefined && Buffer.compare(rootOfPeaks(peaks), rootOfPeaks(head.peaks)) !== 0)
    findings.add({
      kind: 'forked',
      sentence: `The ${head.size} leaves do not give the root in the head of the tree: leaves or head were rewritten.`,
    })
  const { forgotten, erased } = checks.conclude()
  const { pending } = await countAuditEvents(sql)
  for await (const finding of listOutsiders(sql, head.size)) findings.add(finding)
  return { size: head.size, checkpoint: head.checkpoint, pending, forgotten, erased, ...findings.result() }
}

class Findings {
  readonly #first: Finding[] = []
  #count = 0

  add(finding: Finding): void {
    this.#count += 1
    if (this.#first.length < MOST_FINDINGS) this.#first.push(finding)
  }

  result(): Pick<VerifiedAuditLog, 'findings' | 'findingCount'> {
    return { findings: this.#first, findingCount: this.#count }
  }
}

interface Walk {
  readonly known: readonly KnownCheckpoint[]
  readonly checks: EventChecks
  readonly findings: Findings
}

/** The peaks that the leaves give; undefined when one of them is missing, and so no root can be told. */
async function walkLeaves(
  { sql, progress }: AuditLogToVerify,
  head: TreeHead,
  { known, checks, findings }: Walk,
): Promise<Peaks | undefined> {
  let tree = { size: 0, peaks: [] as Peaks }
  while (tree.size < head.size) {
    const leaves = await selectLeaves(sql, { from: tree.size, to: head.size, most: PAGE })
    const gap = leaves.findIndex(({ index }, at) => index !== tree.size + at)
    const dense = gap < 0 ? leaves : leaves.slice(0, gap)
    checks.check(
      dense,
      await findSealedEvents(
        sql,
        dense.map(({ eventId }) => eventId),
      ),
    )
    tree = await appendAndCompare(sql, tree, dense, { known, findings })
    if (dense.length === 0 || gap >= 0) {
      const sentence = `The leaf at index ${tree.size} was removed: nothing behind it can be proved.`
      findings.add({ kind: 'leaf_removed', index: tree.size, sentence })
      return undefined
    }
    progress?.(tree.size, head.size)
  }
  return tree.peaks
}

/** Appends in pieces that end where a checkpoint was made, so that its root can be compared. */
async function appendAndCompare(
  sql: Queries,
  before: { readonly size: number; readonly peaks: Peaks },
  leaves: readonly TreeLeaf[],
  { known, findings }: Pick<Walk, 'known' | 'findings'>,
): Promise<{ readonly size: number; readonly peaks: Peaks }> {
  const end = before.size + leaves.length
  const stops = known.map(({ size }) => size).filter((size) => size > before.size && size < end)
  let tree = before
  for (const stop of [...new Set(stops), end].sort((one, other) => one - other)) {
    const piece = leaves.slice(tree.size - before.size, stop - before.size)
    const { completed, ...appended } = appendLeaves(
      tree.size,
      tree.peaks,
      piece.map(({ hash }) => hash),
    )
    tree = appended
    const stored = completed.filter(({ level }) => level % STORED_LEVELS === 0)
    for (const finding of await findWrongSubtrees(sql, stored)) findings.add(finding)
    for (const { holder, size, root } of known)
      if (size === stop && Buffer.compare(root, rootOfPeaks(tree.peaks)) !== 0)
        findings.add({ kind: 'forked', sentence: forkedSentence(holder, size) })
  }
  return tree
}

function readHeld(
  { held, verifier }: AuditLogToVerify,
  head: TreeHead,
  findings: Findings,
): readonly KnownCheckpoint[] {
  return held.flatMap(({ holder, note }) => {
    const checkpoint = readOwnCheckpoint(note, verifier)
    if (checkpoint === undefined) {
      findings.add({
        kind: 'not_ours',
        sentence: `What ${holder} holds is no checkpoint that ${verifier.name} signed.`,
      })
      return []
    }
    if (checkpoint.size <= head.size) return [{ ...checkpoint, holder }]
    findings.add({ kind: 'cut_off', sentence: cutOffSentence(holder, checkpoint.size, head.size) })
    return []
  })
}

function unsignedHead({ size, checkpoint }: TreeHead): Finding {
  const what = checkpoint === '' ? 'carries no checkpoint' : 'is not what its checkpoint was signed for'
  const sentence = `The head of the tree (${size} leaves) ${what}: it was rewritten without the key.`
  return { kind: 'unsigned', sentence }
}

function cutOffSentence(holder: string, remembered: number, size: number): string {
  const count = remembered - size
  return `The tree was cut off: ${holder} holds a signed checkpoint of ${remembered} leaves, and there are ${size}. ${count} events were removed, or the database was put back to an earlier state.`
}

function forkedSentence(holder: string, size: number): string {
  return `The tree is another one: ${holder} holds a signed checkpoint of ${size} leaves with another root. At least one of the first ${size} events was replaced.`
}
