import { createHash, generateKeyPairSync } from 'node:crypto'
import { compactVerify, createLocalJWKSet, decodeJwt, decodeProtectedHeader } from 'jose'
import { describe, expect, it } from 'vitest'
import vectors from '../../../../../docs/reference/revocation-feed.vectors.json' with { type: 'json' }
import { signHeartbeat } from './feed-heartbeat.ts'
import { extendChain, renderRecord } from './render-record.ts'
import type { Revocation } from './revocation.ts'

describe('docs/reference/revocation-feed.vectors.json', () => {
  const keys = createLocalJWKSet(vectors.jwks)
  const verify = async (jws: string) =>
    JSON.parse(new TextDecoder().decode((await compactVerify(jws, keys)).payload)) as Readonly<Record<string, unknown>>

  it('"Records": each line is rendered byte for byte', () => {
    for (const { line, identifier } of vectors.records as readonly { line: string; identifier?: string }[]) {
      const { n, k, t, x } = JSON.parse(line) as { n: number; k: string; t?: number; x: number }
      const given = { kind: k, ...(identifier && { identifier }), ...(t && { moment: t }), forgetAt: x }
      expect(renderRecord(n, given as Revocation)).toBe(line)
    }
    expect(new Set(vectors.records.map(({ line }) => JSON.parse(line).k)).size).toBe(7)
  })

  it('"The chain": each link follows from the one before', async () => {
    let chain = vectors.emptyChain
    for (const record of vectors.records) {
      chain = extendChain(chain, record.line)
      expect(chain).toBe(record.chain)
    }
    expect((await verify(vectors.heartbeat)).h).toBe(chain)
  })

  it('"Heartbeats" and "The snapshot": our own have the members of these, and the digest is over the records’ bytes', async () => {
    const [first = '', ...rest] = vectors.snapshot.split('\n')
    const position = { feedId: vectors.feedId, sequence: 7, chain: vectors.emptyChain }
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const signer = { kid: 'feed-vectors', algorithm: 'ES256', privateKey } as const
    const ours = signHeartbeat({ issuer: vectors.issuer, position, readAt: 1_790_000_000_250 }, signer)
    expect(Object.keys(decodeJwt(ours)).sort()).toEqual(Object.keys(await verify(vectors.heartbeat)).sort())
    expect(decodeProtectedHeader(ours)).toEqual(decodeProtectedHeader(vectors.heartbeat))
    expect((await verify(first)).digest).toBe(createHash('sha256').update(rest.join('\n')).digest('base64url'))
  })
})
