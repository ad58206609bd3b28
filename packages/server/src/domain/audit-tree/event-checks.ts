import type { NoteVerifier } from '../../platform/signed-note/signed-note.ts'
import type { AuditEvent, SealedEvent } from '../audit/audit-event.ts'
import { hashEvent, isPrivatePartWhole } from '../audit/event-leaf.ts'
import type { TreeLeaf } from './audit-tree-store.ts'
import type { Finding } from './finding.ts'
import { readForgottenStatement } from './forgotten-statement.ts'

interface Erasure {
  readonly index: number
  readonly eventId: string
  count: number
}

/** Compares events with their leaves, and remembers what only later events can excuse: removal by retention, erasure with an account. */
export class EventChecks {
  readonly #findings: { add(finding: Finding): void }
  readonly #verifier: NoteVerifier
  /** Runs of leaves without an event: start and end. */
  readonly #missing: [start: number, end: number, firstId: string][] = []
  readonly #erasures = new Map<string, Erasure>()
  readonly #deletedAccounts = new Set<string>()
  #forgottenSize = 0

  constructor(findings: { add(finding: Finding): void }, verifier: NoteVerifier) {
    this.#findings = findings
    this.#verifier = verifier
  }

  check(leaves: readonly TreeLeaf[], events: ReadonlyMap<string, SealedEvent>): void {
    for (const leaf of leaves) {
      const event = events.get(leaf.eventId)
      if (event === undefined) this.#noteMissing(leaf)
      else this.#compare(leaf, event)
    }
  }

  /** What nothing has excused. */
  conclude(): { readonly forgotten: number; readonly erased: number } {
    let forgotten = 0
    for (const [start, end, firstId] of this.#missing) {
      const from = Math.max(start, this.#forgottenSize)
      forgotten += Math.max(0, Math.min(end, this.#forgottenSize) - start)
      if (from < end) this.#findings.add(removed(from, end, from === start ? firstId : undefined))
    }
    let erased = 0
    for (const [accountId, erasure] of this.#erasures) {
      erased += erasure.count
      if (!this.#deletedAccounts.has(accountId)) this.#findings.add(wronglyErased(accountId, erasure))
    }
    return { forgotten, erased }
  }

  #noteMissing({ index, eventId }: TreeLeaf): void {
    const last = this.#missing.at(-1)
    if (last?.[1] === index) last[1] = index + 1
    else this.#missing.push([index, index + 1, eventId])
  }

  #compare({ index, hash }: TreeLeaf, event: SealedEvent): void {
    const what = findAlteration(event, hash)
    if (what !== undefined) {
      this.#findings.add(altered(index, event, what))
      return
    }
    if (event.salt === undefined) this.#noteErasure(index, event)
    this.#learn(event)
  }

  #noteErasure(index: number, { id, accountId = '' }: AuditEvent): void {
    const known = this.#erasures.get(accountId)
    if (known) known.count += 1
    else this.#erasures.set(accountId, { index, eventId: id, count: 1 })
  }

  /** Only from events that the tree proves. */
  #learn({ act, accountId = '', detail, salt }: SealedEvent): void {
    if (act === 'account.deletion_requested' || act === 'account.deleted') this.#deletedAccounts.add(accountId)
    if (act === 'account.deletion_cancelled') this.#deletedAccounts.delete(accountId)
    if (act === 'audit.forgotten' && salt !== undefined)
      this.#forgottenSize = Math.max(this.#forgottenSize, readForgottenStatement(detail, this.#verifier))
  }
}

function findAlteration(event: SealedEvent, leaf: Uint8Array): string | undefined {
  if (Buffer.compare(hashEvent(event), leaf) !== 0) return 'what was done'
  return isPrivatePartWhole(event) ? undefined : 'its particulars'
}

function altered(index: number, { id, act }: AuditEvent, what: string): Finding {
  return {
    kind: 'altered',
    index,
    eventId: id,
    sentence: `The event ${id} (${act}) at index ${index} was altered: ${what}.`,
  }
}

function removed(start: number, end: number, firstId: string | undefined): Finding {
  const which = firstId === undefined ? '' : ` ${firstId}`
  const sentence =
    end - start === 1
      ? `The event${which} at index ${start} was removed.`
      : `${end - start} events were removed, those at the indexes ${start} to ${end - 1}.`
  return { kind: 'removed', index: start, ...(firstId !== undefined && { eventId: firstId }), sentence }
}

function wronglyErased(accountId: string, { index, eventId, count }: Erasure): Finding {
  const whose = accountId === '' ? 'no account' : `the account ${accountId}, which was not deleted`
  const sentence = `The particulars of ${count} events of ${whose}, were erased; the first is ${eventId} at index ${index}.`
  return { kind: 'erased', index, eventId, sentence }
}
