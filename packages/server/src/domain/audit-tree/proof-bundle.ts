import { createHash } from 'node:crypto'
import { canonicalJson } from '../../platform/canonical-json/canonical-json.ts'
import { hashLeaf } from '../../platform/merkle-tree/hash-node.ts'
import { verifyInclusion } from '../../platform/merkle-tree/verify-proof.ts'
import { parseCheckpoint } from '../../platform/signed-note/checkpoint.ts'
import { type NoteVerifier, openNote } from '../../platform/signed-note/signed-note.ts'
import type { SealedEvent } from '../audit/audit-event.ts'
import { privatePart, publicPart } from '../audit/event-leaf.ts'

/** An event as it is exported: docs/reference/audit-log.md, "An event". */
export interface RenderedEvent {
  readonly public: Readonly<Record<string, unknown>>
  /** Null when it was erased. */
  readonly private: object | null
  readonly salt: string | null
}

/** What an auditor needs to check one event without the database: docs/reference/audit-log.md, "A proof to hand on". */
export interface ProofBundle extends RenderedEvent {
  readonly index: number
  readonly inclusion: readonly string[]
  readonly checkpoint: string
  /** The verifier key; whoever checks compares it with the one they know. */
  readonly key: string
}

export function renderEvent(event: SealedEvent): RenderedEvent {
  const isErased = event.salt === undefined
  return {
    public: publicPart(event) as Readonly<Record<string, unknown>>,
    private: isErased ? null : privatePart(event),
    salt: event.salt ?? null,
  }
}

/** Reads a bundle from JSON; undefined for what is none. */
export function parseProofBundle(text: string): ProofBundle | undefined {
  try {
    const bundle = JSON.parse(text) as ProofBundle | null
    const { public: members, private: hidden, salt, inclusion, checkpoint, key, index } = bundle ?? {}
    const isBundle =
      typeof members?.id === 'string' &&
      typeof members.private === 'string' &&
      typeof hidden === 'object' &&
      (salt === null || typeof salt === 'string') &&
      Array.isArray(inclusion) &&
      inclusion.every((hash) => typeof hash === 'string') &&
      typeof checkpoint === 'string' &&
      typeof key === 'string' &&
      Number.isSafeInteger(index)
    return isBundle && bundle && isShallow(members) && isShallow(hidden) ? bundle : undefined
  } catch {
    return undefined
  }
}

/** No event of ours is nested deeper; its canonical form is written level within level. */
function isShallow(value: unknown, levels = 32): boolean {
  if (typeof value !== 'object' || value === null) return true
  return levels > 0 && Object.values(value).every((member) => isShallow(member, levels - 1))
}

/** What is wrong with a bundle, in a sentence; undefined when it proves its event. */
export function refuteProofBundle(bundle: ProofBundle, verifier: NoteVerifier): string | undefined {
  const { public: members, private: hidden, salt, index, inclusion, checkpoint } = bundle
  const text = openNote(checkpoint, verifier)
  const signed = text === undefined ? undefined : parseCheckpoint(text)
  if (signed === undefined) return `its checkpoint is not signed by ${verifier.name}`
  if (salt !== null && commit(hidden, salt) !== members.private) return 'its private part was altered'
  const claim = {
    leaf: hashLeaf(canonicalJson(members)),
    proof: inclusion.map((hash) => Buffer.from(hash, 'base64')),
    ...{ index, size: signed.size, root: signed.root },
  }
  return verifyInclusion(claim) ? undefined : `it is not at index ${index} of the log: it, or its proof, was altered`
}

function commit(hidden: object | null, salt: string): string {
  return createHash('sha256').update(Buffer.from(salt, 'base64url')).update(canonicalJson(hidden)).digest('base64url')
}
