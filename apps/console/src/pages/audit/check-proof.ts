import type { AuditProof } from '../../api/admin-api.ts'
import { canonicalJson } from './canonical-json.ts'

/** One step of the check, in words, and what came of it. */
export interface ProofCheck {
  readonly what: string
  /** `unknown`: this browser can't, or there is nothing to check. */
  readonly verdict: 'good' | 'wrong' | 'unknown'
}

interface Checkpoint {
  /** What was signed. */
  readonly text: string
  readonly size: number
  readonly root: string
  /** 4 bytes of the key's id, then the signature. */
  readonly signed: Uint8Array<ArrayBuffer>
}

/**
 * Checks a proof by itself, with nothing but what stands in it: as an auditor does who was given it, and knows the key.
 *
 * @see docs/reference/audit-log.md, "A proof to hand on"
 */
export async function checkProof(bundle: AuditProof): Promise<readonly ProofCheck[]> {
  const checkpoint = parseCheckpoint(bundle.checkpoint)
  const leaf = await hash([0], new TextEncoder().encode(canonicalJson(bundle.public)))
  const path = bundle.inclusion.map(fromBase64)
  const root = checkpoint && (await rootOf(leaf, { index: bundle.index, size: checkpoint.size, path }))
  return [
    {
      what: 'What happened, from where and with what particulars, is what the event has committed itself to.',
      verdict: await checkPrivate(bundle),
    },
    {
      what: `The event is leaf ${bundle.index} of a tree of ${checkpoint?.size ?? '?'} events: its hash and ${path.length} others give the root.`,
      verdict: root !== undefined && toBase64(root) === checkpoint?.root ? 'good' : 'wrong',
    },
    {
      what: 'That root is signed with the key of this log. Compare the key with the one that you have kept.',
      verdict: checkpoint ? await checkSignature(checkpoint, bundle.key) : 'wrong',
    },
  ]
}

async function checkPrivate({ public: open, private: hidden, salt }: AuditProof): Promise<ProofCheck['verdict']> {
  // Erased with the account: the commitment stands, and nobody can open it any more.
  if (hidden === null || salt === null) return 'unknown'
  const commitment = await hash([], fromBase64(toStandard(salt)), new TextEncoder().encode(canonicalJson(hidden)))
  return toBase64(commitment) === padded(toStandard(String((open as { private?: unknown }).private))) ? 'good' : 'wrong'
}

async function checkSignature({ text, signed }: Checkpoint, key: string): Promise<ProofCheck['verdict']> {
  const [, , , encoded = ''] = /^(.+)\+([0-9a-f]{8})\+(.+)$/.exec(key) ?? []
  const publicKey = fromBase64(encoded).slice(1)
  try {
    const imported = await crypto.subtle.importKey('raw', publicKey, 'Ed25519', false, ['verify'])
    const isGood = await crypto.subtle.verify('Ed25519', imported, signed.slice(4), new TextEncoder().encode(text))
    return isGood ? 'good' : 'wrong'
  } catch {
    // No Ed25519 in this browser.
    return 'unknown'
  }
}

/** C2SP tlog-checkpoint, as a signed note. */
function parseCheckpoint(note: string): Checkpoint | undefined {
  const [, text, size, root, signed] = /^([^\n]+\n(\d+)\n([^\n]+)\n)\n— \S+ (\S+)\n/.exec(note) ?? []
  if (text === undefined || root === undefined || signed === undefined) return undefined
  return { text, size: Number(size), root, signed: fromBase64(signed) }
}

/** The root that a leaf and its path lead to; undefined when they fit no tree of that size. RFC 9162 §2.1.3.2 */
async function rootOf(
  leaf: Uint8Array<ArrayBuffer>,
  {
    index,
    size,
    path,
  }: { readonly index: number; readonly size: number; readonly path: readonly Uint8Array<ArrayBuffer>[] },
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (index >= size) return undefined
  let [node, last] = [index, size - 1]
  let root = leaf
  for (const sibling of path) {
    if (last === 0) return undefined
    if (node % 2 === 1 || node === last) {
      root = await hash([1], sibling, root)
      while (node % 2 === 0 && node !== 0) [node, last] = [Math.floor(node / 2), Math.floor(last / 2)]
    } else {
      root = await hash([1], root, sibling)
    }
    ;[node, last] = [Math.floor(node / 2), Math.floor(last / 2)]
  }
  return last === 0 ? root : undefined
}

async function hash(prefix: readonly number[], ...parts: readonly Uint8Array[]): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = Uint8Array.from([...prefix, ...parts.flatMap((part) => [...part])])
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (one) => one.charCodeAt(0))
}

function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
}

function toStandard(base64url: string): string {
  return base64url.replaceAll('-', '+').replaceAll('_', '/')
}

function padded(text: string): string {
  return text.padEnd(Math.ceil(text.length / 4) * 4, '=')
}
