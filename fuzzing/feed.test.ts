import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect } from 'vitest'
import { readStepUp } from '../packages/client/src/read-step-up.ts'
import { emptyChain } from '../packages/guard/src/feed/extend-chain.ts'
import { FeedReplica } from '../packages/guard/src/feed/feed-replica.ts'
import { parseRecord } from '../packages/guard/src/feed/parse-record.ts'
import { EventReader, type FeedEvent } from '../packages/guard/src/feed/read-events.ts'
import { readSnapshotRecords, splitSnapshot } from '../packages/guard/src/feed/read-snapshot.ts'
import { verifyConsistency as verifyInGuard } from '../packages/guard/src/feed/verify-consistency.ts'
import { HeartbeatVerifier, readSnapshotHead } from '../packages/guard/src/feed/verify-heartbeat.ts'
import { asymmetricAlgorithms } from '../packages/guard/src/jws/algorithm.ts'
import { importKeySet } from '../packages/guard/src/keys/import-key-set.ts'
import { issuer, nowSeconds } from '../packages/guard/testing/sign-token.ts'
import { makeSigningKey, signParts } from '../packages/guard/testing/signing-keys.ts'
import { hashLeaf, hashNode } from '../packages/server/src/platform/merkle-tree/hash-node.ts'
import {
  makeConsistencyProof,
  makeInclusionProof,
  type ReadNodes,
  readRoot,
} from '../packages/server/src/platform/merkle-tree/make-proof.ts'
import { appendLeaves, type CompleteNode, rootOfPeaks } from '../packages/server/src/platform/merkle-tree/peaks.ts'
import { verifyConsistency, verifyInclusion } from '../packages/server/src/platform/merkle-tree/verify-proof.ts'
import { bytesLike, hostileText, inPieces, mutatedObject, textLike } from './hostile.ts'
import { fuzz, inBoundedTime, orItsError, PlainError } from './property.ts'

const record = { n: 7, k: 'u', i: 'AAAAAAAAAAAAAAAAAAAAAA', t: nowSeconds * 1000, x: nowSeconds + 100 }
const line = JSON.stringify(record)

fuzz(
  'record of the feed',
  'is complete for its kind, of an unknown kind, or none',
  fc.oneof(
    textLike(line, '{"n":1,"k":"a","t":1,"x":2}', '{"n":1,"k":"zz"}'),
    mutatedObject(record).map((value) => JSON.stringify(value)),
  ),
  (text) => {
    const parsed = inBoundedTime(() => parseRecord(text))
    if (parsed === undefined) return
    expect(Number.isSafeInteger(parsed.n) && parsed.n >= 1).toBe(true)
    if (parsed.k !== undefined) expect('sjkucra').toContain(parsed.k)
    if (parsed.k !== undefined) expect(Number.isSafeInteger(parsed.x)).toBe(true)
  },
)

fuzz(
  'copy of the feed',
  'whatever lines come, its sequence grows by one or not at all, and its deny set never shrinks',
  fc.array(
    fc.oneof(
      textLike(line),
      mutatedObject({ ...record, n: 1 }).map((value) => JSON.stringify(value)),
      fc.integer({ min: 1, max: 4 }).map((n) => JSON.stringify({ ...record, n })),
    ),
    { maxLength: 12 },
  ),
  (lines) => {
    const replica = new FeedReplica()
    for (const text of lines) {
      const [sequence, size] = [replica.sequence, replica.denySet.size]
      const { outcome } = inBoundedTime(() => replica.apply(text, nowSeconds * 1000))
      expect(replica.sequence).toBe(outcome === 'applied' ? sequence + 1 : sequence)
      expect(replica.denySet.size).toBeGreaterThanOrEqual(size)
    }
  },
)

const stream = `event: heartbeat\ndata: a.b.c\n\ndata: ${line}\r\n\r\n: comment\rdata:x\rdata: y\r\r`
const pieces = fc.tuple(bytesLike(stream, `${stream}\ufeff${stream}`), fc.array(fc.nat(), { maxLength: 8 }))

fuzz(
  'server-sent events',
  'HTML Standard §9.2.6: however the stream is cut, the events are those that its lines say',
  pieces,
  ([bytes, cuts]) => {
    const read = orItsError(() => {
      const reader = new EventReader()
      return inPieces(bytes, cuts).flatMap((piece) => [...reader.read(piece)])
    }, PlainError)
    const whole = orItsError(() => [...new EventReader().read(bytes)], PlainError)
    if (read === undefined || whole === undefined) return
    expect(read).toEqual(whole)
    expect(whole).toEqual(eventsOf(new TextDecoder().decode(bytes)))
  },
)

/** The algorithm of the standard, word by word, over the whole text. Only a carriage return at the very end waits for what follows it. */
function eventsOf(text: string): FeedEvent[] {
  const events: FeedEvent[] = []
  let [data, name] = ['', '']
  const lines = (text.endsWith('\r') ? text.slice(0, -1) : text)
    .replaceAll('\r\n', '\n')
    .replaceAll('\r', '\n')
    .split('\n')
    .slice(0, -1)
  for (const one of lines) {
    if (one === '') {
      if (data !== '') events.push({ name: name || 'message', data: data.slice(0, -1) })
      ;[data, name] = ['', '']
      continue
    }
    if (one.startsWith(':')) continue
    const [field = '', ...rest] = one.split(':')
    const value = rest.join(':').replace(/^ /, '')
    if (field === 'event') name = value
    if (field === 'data') data += `${value}\n`
  }
  return events
}

fuzz(
  'server-sent events',
  'a stream without an end takes no memory without an end',
  fc.integer({ min: 1, max: 64 }),
  (size) => {
    const reader = new EventReader()
    const read = orItsError(() => {
      for (let sent = 0; sent < 200_000; sent += 1024 * size) reader.read(Buffer.alloc(1024 * size, 'data: x'))
      return true
    }, PlainError)
    expect(read).toBeUndefined()
  },
  { runs: 20 },
)

fuzz(
  'snapshot',
  'its records are those whose digest was signed, or an error says that they are not',
  bytesLike(`head\n${line}\n`, `h\n${line}\n${line}\n`),
  async (bytes) => {
    const parts = orItsError(() => splitSnapshot(bytes), PlainError)
    if (parts === undefined) return
    const digest = createHash('sha256').update(parts.records).digest('base64url')
    const count = parts.records.filter((byte) => byte === 10).length
    const records = await readSnapshotRecords(parts.records, { count, digest }).catch((error: unknown) =>
      expect(String(error)).toMatch(/^Error: the snapshot /),
    )
    if (Array.isArray(records)) expect(records).toHaveLength(count)
    await expect(
      readSnapshotRecords(Buffer.concat([parts.records, Buffer.from('\n')]), { count, digest }),
    ).rejects.toThrow('signed')
  },
)

const key = makeSigningKey('ES256')
const { keySet } = importKeySet({ keys: [key.jwk] }, asymmetricAlgorithms)
const heartbeat = { iss: issuer, fid: 'f', seq: 3, h: emptyChain.toString('base64url'), iat: nowSeconds, nonce: 'n' }

fuzz(
  'heartbeat',
  'what the issuer has signed says all that a heartbeat says, or is refused',
  fc.tuple(
    mutatedObject(heartbeat, 'count', 'digest', 'audit'),
    mutatedObject({ alg: 'ES256', typ: 'feed-heartbeat+jwt', kid: key.kid }),
  ),
  ([claims, header]) => {
    const verified = inBoundedTime(() =>
      new HeartbeatVerifier(issuer).verify(signParts(header, claims, key), keySet, 'feed-heartbeat+jwt'),
    )
    if (!verified.ok) return
    const { seq, h, iat, fid } = verified.heartbeat
    expect([Number.isSafeInteger(seq) && seq >= 0, h.length, Number.isFinite(iat), fid.length > 0]).toEqual([
      true,
      32,
      true,
      true,
    ])
    inBoundedTime(() => readSnapshotHead(verified))
    expect(['proved', 'gap', 'altered', 'old', 'untimely', 'rewound']).toContain(
      new FeedReplica().prove(
        verified.heartbeat,
        { askedAt: 0, firstIat: undefined, nonce: 'n' },
        1,
        nowSeconds * 1000,
      ),
    )
  },
)

const spoilt = fc.tuple(fc.constantFrom('keep', 'drop', 'double', 'flip', 'swap', 'short', 'append'), fc.nat())

/** What somebody does to the hashes of a proof. */
function spoil(proof: readonly Uint8Array[], [how, at]: readonly [string, number]): Buffer[] {
  const hashes = proof.map((hash) => Buffer.from(hash))
  const place = hashes.length === 0 ? 0 : at % hashes.length
  const one = hashes[place]
  if (how === 'append') return [...hashes, Buffer.alloc(32, at % 256)]
  if (one === undefined || how === 'keep') return hashes
  if (how === 'drop') return hashes.toSpliced(place, 1)
  if (how === 'double') return hashes.toSpliced(place, 0, one)
  if (how === 'swap') return hashes.toReversed()
  if (how === 'short') return hashes.toSpliced(place, 1, one.subarray(1))
  return hashes.toSpliced(place, 1, Buffer.from(one.map((byte, index) => (index === at % 32 ? byte ^ 1 : byte))))
}

interface Tree {
  readonly read: ReadNodes
  readonly leaves: readonly Buffer[]
}

function growTree(size: number): Tree {
  const leaves = Array.from({ length: size }, (_, index) => hashLeaf(`event ${index}`))
  const nodes = new Map(leaves.map((hash, position) => [`0 ${position}`, hash as Uint8Array]))
  for (const { level, position, hash } of appendLeaves(0, [], leaves).completed as readonly CompleteNode[])
    nodes.set(`${level} ${position}`, hash)
  return {
    leaves,
    read: async (places) => places.map(({ level, position }) => nodes.get(`${level} ${position}`) ?? Buffer.alloc(0)),
  }
}

/** RFC 6962 §2.1, as it is written there. */
function rootByDefinition(leaves: readonly Buffer[]): Buffer {
  const [only = Buffer.alloc(0)] = leaves
  if (leaves.length === 1) return only
  const k = 2 ** Math.floor(Math.log2(leaves.length - 1))
  return hashNode(rootByDefinition(leaves.slice(0, k)), rootByDefinition(leaves.slice(k)))
}

const sizes = fc
  .tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }))
  .map(([one, other]) => [Math.min(one, other), Math.max(one, other)] as const)

fuzz(
  'Merkle proof',
  'RFC 9162 §2.1: what was made verifies, at the server and in the guard, and spoilt in any way it does not',
  fc.tuple(sizes, fc.nat(), spoilt),
  async ([[from, to], at, how]) => {
    const { read, leaves } = growTree(to)
    const roots = [await readRoot(from, read), await readRoot(to, read)].map((root) => Buffer.from(root))
    expect(roots).toEqual([rootByDefinition(leaves.slice(0, from)), rootByDefinition(leaves)])
    expect(rootOfPeaks(appendLeaves(0, [], leaves).peaks)).toEqual(roots[1])
    const [one = Buffer.alloc(0), other = Buffer.alloc(0)] = roots
    const index = at % to
    const inclusion = await makeInclusionProof(index, to, read)
    const isKept = (made: readonly Uint8Array[]) =>
      JSON.stringify(spoil(made, how)) === JSON.stringify(made.map((hash) => Buffer.from(hash)))
    const claim = { leaf: leaves[index] ?? one, index, size: to, root: other, proof: spoil(inclusion, how) }
    expect(verifyInclusion(claim)).toBe(isKept(inclusion))
    const consistency = await makeConsistencyProof(from, to, read)
    const proof = spoil(consistency, how)
    expect(verifyConsistency({ from: { size: from, root: one }, to: { size: to, root: other }, proof })).toBe(
      isKept(consistency),
    )
    if (from < to)
      expect(verifyInGuard({ size: from, root: one }, { size: to, root: other }, proof)).toBe(isKept(consistency))
  },
)

fuzz(
  'WWW-Authenticate',
  'RFC 9470 §3: what an API asks of a login, from any text',
  fc.tuple(
    textLike(
      'Bearer error="insufficient_user_authentication", acr_values="aal2 phr", max_age="300"',
      'error=insufficient_user_authentication',
    ),
    hostileText,
  ),
  ([challenge]) => {
    const headers = { get: () => challenge } as unknown as Headers
    const needed = inBoundedTime(() => readStepUp({ status: 401, headers }))
    for (const acr of needed?.acrValues ?? []) expect(challenge).toContain(acr)
    if (needed?.maxAgeSeconds !== undefined) expect(needed.maxAgeSeconds).toBeGreaterThanOrEqual(0)
  },
)
