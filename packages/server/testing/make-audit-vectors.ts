import { createPrivateKey, createPublicKey } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { AuditEvent, SealedEvent } from '../src/domain/audit/audit-event.ts'
import { commitPrivatePart, hashEvent } from '../src/domain/audit/event-leaf.ts'
import { renderEvent } from '../src/domain/audit-tree/proof-bundle.ts'
import { canonicalJson } from '../src/platform/canonical-json/canonical-json.ts'
import { hashNode } from '../src/platform/merkle-tree/hash-node.ts'
import { makeConsistencyProof, makeInclusionProof, readRoot } from '../src/platform/merkle-tree/make-proof.ts'
import { renderCheckpoint } from '../src/platform/signed-note/checkpoint.ts'
import { renderVerifierKey, signNote } from '../src/platform/signed-note/signed-note.ts'

// Writes docs/reference/audit-log.vectors.json: `node packages/server/testing/make-audit-vectors.ts`.

/** PKCS #8 of an Ed25519 key whose seed is 32 times the same byte: nobody's. */
const privateKey = createPrivateKey({
  key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, 7)]),
  format: 'der',
  type: 'pkcs8',
})
const signer = { name: 'login.example.com/audit', privateKey, publicKey: createPublicKey(privateKey) }

const first: AuditEvent = {
  id: '018bcfe5-6800-7c3a-9d1e-2f60b1a7c9d4',
  at: 1_700_000_000_000,
  act: 'login.succeeded',
  actor: 'account:acc_1',
  outcome: 'done',
  accountId: 'acc_1',
  clientId: 'web',
  network: '203.0.113.7',
  incidentId: 'pS1mB7uYc0d0xG5kq3Hf1A',
  detail: { method: 'pwd' },
}

const others: readonly AuditEvent[] = [
  {
    ...first,
    act: 'login.refused',
    actor: 'anonymous',
    outcome: 'refused',
    detail: { reason: 'wrong_password', n: 1.5 },
  },
  {
    ...first,
    act: 'role.created',
    actor: 'cli',
    network: undefined,
    incidentId: undefined,
    detail: { name: 'Ä "€" 😀\n' },
  },
  {
    ...first,
    act: 'account.disabled',
    actor: 'admin:acc_2',
    sessionId: 's',
    detail: { list: ['b', 'a'], no: null, yes: true },
  },
  { ...first, act: 'api.created', actor: 'client:cli_1', accountId: undefined, detail: {} },
  { ...first, act: 'session.ended', actor: 'system', detail: { at: 1e21 } },
  { ...first, act: 'token.revoked', detail: { z: 1, a: -0, ö: 2 } },
]

const events = [first, ...others].map((event, index): SealedEvent => {
  const own = { ...event, id: event.id.replace(/4$/, String(4 + index)), at: event.at + index }
  const salt = Buffer.from(Array.from({ length: 16 }, (_, byte) => byte + 16 * index)).toString('base64url')
  return { ...own, salt, commitment: commitPrivatePart(own, salt) }
})

const leaves = events.map(hashEvent)
const read = async (places: readonly { level: number; position: number }[]): Promise<Uint8Array[]> =>
  Promise.all(places.map((place) => hashOf(place)))

async function hashOf({ level, position }: { level: number; position: number }): Promise<Uint8Array> {
  if (level === 0) return leaves[position] as Uint8Array
  const below = { level: level - 1, position: 2 * position }
  return hashNode(await hashOf(below), await hashOf({ ...below, position: below.position + 1 }))
}

const base64 = (hash: Uint8Array) => Buffer.from(hash).toString('base64')
const sizes = leaves.map((_, index) => index + 1)
const roots = await Promise.all(sizes.map((size) => readRoot(size, read)))

const vectors = {
  key: renderVerifierKey(signer),
  events: events.map((event, index) => {
    const rendered = renderEvent(event)
    return {
      ...rendered,
      canonicalPublic: canonicalJson(rendered.public),
      canonicalPrivate: canonicalJson(rendered.private),
      leaf: base64(leaves[index] as Uint8Array),
    }
  }),
  roots: roots.map(base64),
  checkpoint: signNote(
    renderCheckpoint({ origin: signer.name, size: leaves.length, root: roots.at(-1) as Uint8Array }),
    signer,
  ),
  inclusion: await Promise.all(
    leaves.map(async (_, index) => ({
      index,
      size: leaves.length,
      hashes: (await makeInclusionProof(index, leaves.length, read)).map(base64),
    })),
  ),
  consistency: await Promise.all(
    sizes.map(async (from) => ({
      from,
      to: leaves.length,
      hashes: (await makeConsistencyProof(from, leaves.length, read)).map(base64),
    })),
  ),
}

const file = fileURLToPath(new URL('../../../docs/reference/audit-log.vectors.json', import.meta.url))
writeFileSync(file, `${JSON.stringify(vectors, null, 2)}\n`)
