import { createHash } from 'node:crypto'
import { compactVerify, createLocalJWKSet, decodeProtectedHeader } from 'jose'
import { describe, expect, it } from 'vitest'
import vectors from '../../../../../docs/reference/revocation-feed.vectors.json' with { type: 'json' }
import { extendChain, renderRecord } from './render-record.ts'
import type { Revocation } from './revocation.ts'

describe('docs/reference/revocation-feed.vectors.json', () => {
  const keys = createLocalJWKSet(vectors.jwks)
  const verify = async (jws: string) =>
    JSON.parse(new TextDecoder().decode((await compactVerify(jws, keys)).payload)) as object

  it('"Records": each line is rendered byte for byte', () => {
    vectors.records.forEach(({ forget_at: forgetAt, line, kind, identifier, moment }, index) => {
      const revocation = { kind, identifier, moment, forgetAt }
      const given = Object.entries(revocation).filter(([, value]) => value !== undefined)
      expect(renderRecord(index + 1, Object.fromEntries(given) as unknown as Revocation)).toBe(line)
    })
  })

  it('"The chain": each link follows from the one before', () => {
    let chain = vectors.chain_before_the_first_record
    for (const record of vectors.records) {
      chain = extendChain(chain, record.line)
      expect(chain).toBe(record.chain)
    }
    expect(vectors.heartbeat.claims.h).toBe(chain)
  })

  it('"Heartbeats" and "The snapshot": header, claims and digest are as written', async () => {
    const [first = '', ...rest] = vectors.snapshot.text.split('\n')
    for (const [jws, { header, claims }] of [
      [vectors.heartbeat.jws, vectors.heartbeat],
      [first, vectors.snapshot],
    ] as const) {
      expect(await verify(jws)).toEqual(claims)
      expect(decodeProtectedHeader(jws)).toEqual(header)
    }
    expect(createHash('sha256').update(rest.join('\n')).digest('base64url')).toBe(vectors.snapshot.claims.digest)
  })
})
