import { describe, expect, it } from 'vitest'
import { emptyRoot, hashLeaf, hashNode } from './hash-node.ts'
import { makeConsistencyProof, makeInclusionProof, type NodePlace, readRoot } from './make-proof.ts'
import { appendLeaves, rootOfPeaks } from './peaks.ts'
import { verifyConsistency, verifyInclusion } from './verify-proof.ts'

/** RFC 6962 §2.1 as it is written: the slow way, which shares no line with ours. */
function treeHash(leaves: readonly Uint8Array[]): Uint8Array {
  const [only] = leaves
  if (only === undefined) return emptyRoot
  if (leaves.length === 1) return only
  let k = 1
  while (2 * k < leaves.length) k *= 2
  return hashNode(treeHash(leaves.slice(0, k)), treeHash(leaves.slice(k)))
}

const MOST = 70
const leaves = Array.from({ length: MOST }, (_, index) => hashLeaf(`leaf ${index}`))
const roots = Array.from({ length: MOST + 1 }, (_, size) => treeHash(leaves.slice(0, size)))

const read = async (places: readonly NodePlace[]): Promise<Uint8Array[]> =>
  places.map(({ level, position }) => treeHash(leaves.slice(position * 2 ** level, (position + 1) * 2 ** level)))

const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex')

describe('hashing', () => {
  it('RFC 6962 §2.1: the roots of certificate-transparency’s own test tree', () => {
    const inputs = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f']
    const { peaks } = appendLeaves(
      0,
      [],
      inputs.map((hex) => hashLeaf(bytes(hex))),
    )
    expect(Buffer.from(rootOfPeaks(peaks)).toString('hex')).toBe(
      '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
    )
    expect(emptyRoot.toString('hex')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
  })

  it('appended one by one or many at once, every tree has the root of RFC 6962 and the same peaks', async () => {
    let tree = { size: 0, peaks: [] as readonly Uint8Array[] }
    for (let size = 1; size <= MOST; size += 1) {
      tree = appendLeaves(tree.size, tree.peaks, leaves.slice(size - 1, size))
      expect(Buffer.compare(rootOfPeaks(tree.peaks), roots[size] as Uint8Array)).toBe(0)
      expect(appendLeaves(0, [], leaves.slice(0, size)).peaks).toEqual(tree.peaks)
      expect(Buffer.compare(await readRoot(size, read), roots[size] as Uint8Array)).toBe(0)
    }
  })

  it('tells each complete node once, with its place', async () => {
    const { completed } = appendLeaves(0, [], leaves)
    const places = completed.map(({ level, position }) => `${level} ${position}`)
    expect(new Set(places).size).toBe(places.length)
    expect(await read(completed)).toEqual(completed.map(({ hash }) => hash))
    expect(completed).toHaveLength(35 + 17 + 8 + 4 + 2 + 1)
  })
})

describe('proofs', () => {
  it('RFC 9162 §2.1.3.2: each leaf is proved in each tree, and nothing else passes for it', async () => {
    for (let size = 1; size <= MOST; size += 1)
      for (let index = 0; index < size; index += 1) {
        const claim = { leaf: leaves[index] as Uint8Array, index, size, root: roots[size] as Uint8Array }
        const proof = await makeInclusionProof(index, size, read)
        expect(verifyInclusion({ ...claim, proof })).toBe(true)
        const wrong = [
          { ...claim, proof: proof.slice(1), index: size === 1 ? 1 : index },
          { ...claim, proof: [...proof, emptyRoot] },
          { ...claim, proof, leaf: emptyRoot },
          { ...claim, proof, root: emptyRoot },
          { ...claim, proof, index: index + 1 },
          { ...claim, proof, index: -1 },
        ]
        expect(wrong.filter(verifyInclusion)).toEqual([])
      }
  })

  it('RFC 9162 §2.1.4.2: each tree goes on from each smaller one, and from no other', async () => {
    for (let to = 1; to <= MOST; to += 1)
      for (let from = 1; from <= to; from += 1) {
        const proof = await makeConsistencyProof(from, to, read)
        const claim = {
          from: { size: from, root: roots[from] as Uint8Array },
          to: { size: to, root: roots[to] as Uint8Array },
          proof,
        }
        expect(verifyConsistency(claim)).toBe(true)
        const wrong = [
          { ...claim, from: { size: from, root: emptyRoot } },
          { ...claim, to: { size: to, root: emptyRoot } },
          { ...claim, proof: [...proof, emptyRoot] },
          { ...claim, from: claim.to, to: { size: to - 1, root: roots[to - 1] as Uint8Array } },
          ...(proof.length > 0 ? [{ ...claim, proof: proof.slice(0, -1) }] : []),
        ]
        expect(wrong.filter(verifyConsistency)).toEqual([])
      }
  })

  it('every tree goes on from the empty one', () => {
    const to = { size: 3, root: roots[3] as Uint8Array }
    expect(verifyConsistency({ from: { size: 0, root: emptyRoot }, to, proof: [] })).toBe(true)
    expect(verifyConsistency({ from: { size: 0, root: to.root }, to, proof: [] })).toBe(false)
  })
})
