import { type NoteSigner, type NoteVerifier, openNote, signNote } from '../../platform/signed-note/signed-note.ts'
import type { AuditDetail } from '../audit/audit-event.ts'

export interface Forgotten {
  /** Events of leaves before it may be missing. */
  readonly beforeIndex: number
  /** RFC 3339: they were from before. */
  readonly beforeTime: string
}

/**
 * The particulars of an `audit.forgotten` event. The key signs them by themselves: an event that somebody has written into the database gets a leaf
 * as others do, and must not excuse what they remove.
 */
export function renderForgottenStatement(forgotten: Forgotten, signer: NoteSigner): AuditDetail {
  const statement = signNote(renderText(forgotten, signer.name), signer)
  return { before_index: forgotten.beforeIndex, before_time: forgotten.beforeTime, statement }
}

/** Before which leaf events may be missing; 0 for what the key did not sign. */
export function readForgottenStatement(detail: AuditDetail, verifier: NoteVerifier): number {
  const { before_index: beforeIndex, before_time: beforeTime, statement } = detail
  if (!Number.isSafeInteger(beforeIndex) || typeof beforeTime !== 'string' || typeof statement !== 'string') return 0
  const forgotten = { beforeIndex: Number(beforeIndex), beforeTime }
  return openNote(statement, verifier) === renderText(forgotten, verifier.name) ? forgotten.beforeIndex : 0
}

/** Its second line is no number, so that it never passes for a checkpoint. */
function renderText({ beforeIndex, beforeTime }: Forgotten, origin: string): string {
  return `${origin}\nforgotten\n${beforeIndex}\n${beforeTime}\n`
}
