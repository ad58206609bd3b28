import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { askedToken } from '../../testing/follow-issuer.ts'
import { asymmetricAlgorithms } from '../jws/algorithm.ts'
import { importKeySet } from '../keys/import-key-set.ts'
import { emptyChain } from './extend-chain.ts'
import { FeedReplica } from './feed-replica.ts'
import { hashIdentifier } from './hash-identifier.ts'
import { readSnapshotRecords, splitSnapshot } from './read-snapshot.ts'
import { toDeniableToken } from './to-deniable-token.ts'
import { HeartbeatVerifier, readSnapshotHead, type VerifiedHeartbeat } from './verify-heartbeat.ts'

interface Vectors {
  readonly issuer: string
  readonly now: number
  readonly jwks: unknown
  readonly emptyChain: string
  readonly records: readonly { readonly identifier?: string; readonly line: string; readonly chain: string }[]
  readonly heartbeat: string
  readonly snapshot: string
  readonly tokens: readonly {
    readonly title: string
    readonly claims: Record<string, unknown>
    readonly kid: string
    readonly answer: 'accepted' | 'revoked' | 'refresh required'
  }[]
}

const path = join(import.meta.dirname, '../../../../docs/reference/revocation-feed.vectors.json')
const vectors: Vectors = JSON.parse(readFileSync(path, 'utf8'))
const { keySet } = importKeySet(vectors.jwks, asymmetricAlgorithms)
const verifier = new HeartbeatVerifier(vectors.issuer)

function verify(jws: string, type: Parameters<HeartbeatVerifier['verify']>[2]): VerifiedHeartbeat {
  const verified = verifier.verify(jws, keySet, type)
  return verified.ok ? verified : expect.fail(JSON.stringify(verified.failure))
}

function replay(): FeedReplica {
  const replica = new FeedReplica()
  for (const { line } of vectors.records) expect(replica.apply(line, vectors.now * 1000).outcome).toBe('applied')
  return replica
}

describe('the vectors of the feed’s reference', () => {
  test('"The chain", "Records": hashes, and the chain by which the heartbeat proves all of them', () => {
    expect(vectors.emptyChain).toBe(emptyChain.toString('base64url'))
    for (const { identifier, line } of vectors.records) {
      if (identifier !== undefined) expect(JSON.parse(line).i).toBe(hashIdentifier(identifier))
    }
    const { heartbeat } = verify(vectors.heartbeat, 'feed-heartbeat+jwt')
    expect(heartbeat.h.toString('base64url')).toBe(vectors.records.at(-1)?.chain)
    expect(
      replay().prove(heartbeat, { askedAt: 7, firstIat: undefined, nonce: undefined }, 9, vectors.now * 1000),
    ).toBe('proved')
  })

  test('"The snapshot": its digest and count, and not with a byte changed', async () => {
    const { jws, records } = splitSnapshot(Buffer.from(vectors.snapshot))
    const head = readSnapshotHead(verify(jws, 'feed-snapshot+jwt')) ?? expect.fail('It is no head')
    expect(await readSnapshotRecords(records, head)).toHaveLength(vectors.records.length)
    records[10] = 0
    await expect(readSnapshotRecords(records, head)).rejects.toThrow('signed')
  })

  test.each(vectors.tokens)('a token: $title', ({ claims, kid, answer }) => {
    const denial = replay().denySet.find(toDeniableToken(askedToken(claims).claims, kid))
    const answers = { token_revoked: 'revoked', refresh_required: 'refresh required' } as const
    expect(denial === undefined ? 'accepted' : answers[denial]).toBe(answer)
  })
})
