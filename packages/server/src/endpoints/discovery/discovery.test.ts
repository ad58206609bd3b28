import { describe, expect, it } from 'vitest'
import { startTestServer } from '../../../testing/test-server.ts'

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
      // Without a session there is nothing to end, and a browser is led to the login page.
      expect((await fetch(metadata.logout_endpoint, { method: 'POST', redirect: 'manual' })).status).toBe(303)
      expect((await fetch(metadata.account_endpoint, { redirect: 'manual' })).status).toBe(303)
      const admin = await fetch(metadata.admin_revocation_endpoint, { method: 'POST', body: new URLSearchParams() })
      expect(admin.status).toBe(401)
      for (const post of ['token_endpoint', 'revocation_endpoint', 'introspection_endpoint'])
        expect((await fetch(metadata[post], { method: 'POST', body: new URLSearchParams() })).status, post).toBe(401)
      expect((await fetch(`${metadata.revocation_feed_endpoint}/snapshot`)).status).toBe(200)
      // Without a client there is a page; without a token a challenge.
      expect((await fetch(metadata.authorization_endpoint)).status).toBe(400)
      expect((await fetch(metadata.userinfo_endpoint)).status).toBe(401)
      // OpenID RP-Initiated Logout 1.0 §2.1.
      expect((await fetch(metadata.end_session_endpoint)).status).toBe(200)
      expect(metadata).not.toHaveProperty('registration_endpoint')
    } finally {
      await server.stop()
    }
  })
})
