import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'
import { describe, expect, it } from 'vitest'
import vectors from '../../../../../docs/reference/audit-log.vectors.json' with { type: 'json' }
import { canonicalJson } from '../../platform/canonical-json/canonical-json.ts'
import { hashLeaf } from '../../platform/merkle-tree/hash-node.ts'
import { verifyConsistency, verifyInclusion } from '../../platform/merkle-tree/verify-proof.ts'
import { parseVerifierKey } from '../../platform/signed-note/signed-note.ts'
import { readOwnCheckpoint } from './find-contradiction.ts'
import { refuteProofBundle } from './proof-bundle.ts'

const bytes = (text: string | undefined): Buffer => Buffer.from(text ?? '', 'base64')
const verifier = parseVerifierKey(vectors.key)
if (!verifier) throw new Error('the vectors have no key')

describe('docs/reference/audit-log.vectors.json', () => {
  it('"The public part" and "The private part": RFC 8785, as another implementation writes it too, and the commitment', () => {
    for (const event of vectors.events) {
      expect(canonicalJson(event.public)).toBe(event.canonicalPublic)
      expect(canonicalize(event.public)).toBe(event.canonicalPublic)
      expect(canonicalize(event.private)).toBe(event.canonicalPrivate)
      const hash = createHash('sha256').update(Buffer.from(event.salt, 'base64url')).update(event.canonicalPrivate)
      expect(hash.digest('base64url')).toBe(event.public.private)
    }
  })

  it('"The tree": leaves, and a proof for each of them and from each size', () => {
    const [size, root] = [vectors.roots.length, bytes(vectors.roots.at(-1))]
    for (const { canonicalPublic, leaf } of vectors.events) expect(hashLeaf(canonicalPublic)).toEqual(bytes(leaf))
    for (const { index, hashes } of vectors.inclusion) {
      const claim = { leaf: bytes(vectors.events[index]?.leaf), index, size, root, proof: hashes.map(bytes) }
      expect(verifyInclusion(claim)).toBe(true)
    }
    for (const { from, hashes } of vectors.consistency) {
      const earlier = { size: from, root: bytes(vectors.roots[from - 1]) }
      expect(verifyConsistency({ from: earlier, to: { size, root }, proof: hashes.map(bytes) })).toBe(true)
    }
  })

  it('"Checkpoints" and "A proof to hand on": the note is signed, and what is made of it proves each event', () => {
    const root = bytes(vectors.roots.at(-1))
    expect(readOwnCheckpoint(vectors.checkpoint, verifier)).toEqual({ origin: verifier.name, size: 7, root })
    for (const [index, event] of vectors.events.entries()) {
      const inclusion = vectors.inclusion[index]?.hashes ?? []
      const bundle = { ...event, index, inclusion, checkpoint: vectors.checkpoint, key: vectors.key }
      expect(refuteProofBundle(bundle, verifier)).toBeUndefined()
      expect(refuteProofBundle({ ...bundle, index: index + 1 }, verifier)).toBeDefined()
    }
  })
})
