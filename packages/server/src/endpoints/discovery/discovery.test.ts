import { calculateJwkThumbprint } from 'jose'
import { describe, expect, it } from 'vitest'
import { startTestServer } from '../../../testing/test-server.ts'
import { rotateSigningKeys } from '../../domain/keys/rotate-signing-keys.ts'

describe.each(['', '/tenant/one'])('metadata of an issuer with the path "%s"', (issuerPath) => {
  it('RFC 8414 §3 and OpenID Connect Discovery §4: both documents in both placements, the issuer byte for byte', async () => {
    const server = await startTestServer({ issuerPath })
    try {
      const { origin } = new URL(server.issuer)
      const bodies = new Set<string>()
      for (const name of ['openid-configuration', 'oauth-authorization-server']) {
        for (const url of [`${origin}/.well-known/${name}${issuerPath}`, `${server.issuer}/.well-known/${name}`]) {
          const answer = await fetch(url)
          expect(answer.status, url).toBe(200)
          expect(answer.headers.get('content-type')).toBe('application/json')
          expect(answer.headers.get('access-control-allow-origin')).toBe('*')
          bodies.add(await answer.text())
        }
      }
      expect(bodies.size).toBe(1)
      const metadata = JSON.parse([...bodies][0] ?? '')
      expect(metadata.issuer).toBe(server.issuer)
      // True for what exists: every URL in it answers, and no endpoint is named that is not there.
      expect((await fetch(metadata.jwks_uri)).status).toBe(200)
      expect((await fetch(metadata.login_endpoint, { headers: { accept: 'text/html' } })).status).toBe(200)
      for (const absent of ['authorization_endpoint', 'token_endpoint', 'userinfo_endpoint'])
        expect(metadata).not.toHaveProperty(absent)
    } finally {
      await server.stop()
    }
  })
})

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
})
