import { calculateJwkThumbprint } from 'jose'
import { describe, expect, it } from 'vitest'
import { startPostgresqlCluster } from '../../../testing/postgresql-cluster.ts'
import { startTestServer } from '../../../testing/test-server.ts'
import { rotateSigningKeys } from '../../domain/keys/rotate-signing-keys.ts'

describe('the JWKS', () => {
  it('RFC 7517 §5 and RFC 9110 §13: public keys, cacheable, 304 for who has them, a new ETag after a rotation', async () => {
    const server = await startTestServer()
    try {
      const url = `${server.issuer}/.well-known/jwks.json`
      const first = await fetch(url)
      const etag = first.headers.get('etag') ?? ''
      expect(etag).toMatch(/^"[\w-]{22}"$/)
      expect(first.headers.get('cache-control')).toBe('public, max-age=300')
      const { keys } = (await first.json()) as { keys: { kid: string; kty: string }[] }
      expect(keys).toEqual([
        {
          kty: 'EC',
          crv: 'P-256',
          alg: 'ES256',
          use: 'sig',
          kid: expect.any(String),
          x: expect.any(String),
          y: expect.any(String),
        },
      ])
      // RFC 7638, by another implementation.
      expect(keys[0]?.kid).toBe(await calculateJwkThumbprint(keys[0] ?? {}))
      for (const condition of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
        const again = await fetch(url, { headers: { 'if-none-match': condition } })
        expect({ condition, status: again.status, body: await again.text() }).toEqual({
          condition,
          status: 304,
          body: '',
        })
      }
      await rotateSigningKeys(server.running.installation, 'cli')
      await expect
        .poll(async () => (await fetch(url, { headers: { 'if-none-match': etag } })).status, { timeout: 1000 })
        .toBe(200)
    } finally {
      await server.stop()
    }
  })

  it('while the database is away, the keys as they were read are served, for as long as a copy of them may be kept', async () => {
    const cluster = await startPostgresqlCluster({ durable: false })
    const server = await startTestServer({ databaseUrl: await cluster.createDatabase() })
    try {
      const url = `${server.issuer}/.well-known/jwks.json`
      const before = await (await fetch(url)).text()
      await cluster.kill()
      const ask = async () => {
        const response = await fetch(url)
        const [, maxAge] = /^public, max-age=(\d+)$/.exec(response.headers.get('cache-control') ?? '') ?? []
        expect({ status: response.status, body: await response.text() }).toEqual({ status: 200, body: before })
        return Number(maxAge)
      }
      // The backends of a server that is killed outlive it by a moment.
      await expect.poll(ask).toBeLessThan(300)
      expect(await ask()).toBeGreaterThan(0)
      // As the record of a compromised key has it do.
      server.running.installation.keyRing.forget()
      expect((await fetch(url)).status).toBe(503)
    } finally {
      await server.stop()
      await cluster.stop()
    }
  })
})
