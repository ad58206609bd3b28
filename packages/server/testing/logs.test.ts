import { createPrivateKey } from 'node:crypto'
import { expect, it } from 'vitest'
import { draftApiKey } from '../src/domain/api-keys/api-key-text.ts'
import { privateKeyPurpose } from '../src/domain/keys/signing-key.ts'
import { selectSigningKeys } from '../src/domain/keys/signing-key-store.ts'
import { forEachDatabase } from './database.ts'
import { addAccount, addApi, logIn, startTestServer, type TestServer } from './test-server.ts'

forEachDatabase('the log', ({ createUrl }) => {
  it('holds no password, token, cookie, secret or key at any level, and has one line with an id for each request', async () => {
    const password = 'seven purple umbrellas'
    const wrong = 'eleven yellow bicycles'
    const audience = 'https://api.example.com'
    const databaseUrl = await createUrl()
    const server = await startTestServer({ databaseUrl })
    await addAccount(server, 'ada', password)
    const shared = await addApi(server, { audience, algorithm: 'HS256' })
    await addApi(server, { audience: 'https://other.example.com' })
    const privateKeys = await listPrivateKeys(server)
    expect(privateKeys).toHaveLength(3)
    const secrets = [password, wrong, ...server.config.secrets, shared ?? '', ...privateKeys]

    const answer = await logIn(server, { username: 'ada', password, audience })
    const { access_token } = (await answer.json()) as { access_token: string }
    secrets.push(access_token, access_token.split('.')[2] ?? '')
    await logIn(server, { username: 'ada', password: wrong, audience })
    await logIn(server, { username: wrong, password: wrong, audience }, { authorization: `Bearer ${access_token}` })
    await fetch(`${server.issuer}/login?token=${access_token}&password=${encodeURIComponent(password)}`)
    await fetch(`${server.issuer}/nowhere/${access_token}`)
    await fetch(`${server.issuer}/login`, {
      method: 'POST',
      body: `{"password":"${password}`,
      headers: { 'content-type': 'application/json' },
    })
    const browser = await fetch(`${server.issuer}/login`, {
      method: 'POST',
      redirect: 'manual',
      headers: { accept: 'text/html', origin: server.issuer },
      body: new URLSearchParams({ username: 'ada', password }),
    })
    const cookie = (browser.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
    expect(cookie).toContain('ostiary_session=')
    secrets.push(cookie.split('=')[1] ?? '', cookie.split('.')[1] ?? '')
    await fetch(`${server.issuer}/account`, { headers: { cookie } })
    await fetch(`${server.issuer}/logout`, { method: 'POST', headers: { cookie }, redirect: 'manual' })
    const apiKey = draftApiKey().text
    secrets.push(apiKey)
    const exchange = {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: apiKey,
      subject_token_type: 'urn:ostiary:params:oauth:token-type:api_key',
    }
    await fetch(`${server.issuer}/token`, { method: 'POST', body: new URLSearchParams(exchange) })
    // A failure that reaches the error handler: its line has an error, and still no secret.
    await server.running.installation.database.close()
    const failed = await logIn(server, { username: 'ada', password, audience })
    expect(failed.status).toBe(503)
    const { incident_id, detail } = (await failed.json()) as { incident_id: string; detail: string }
    expect(detail).not.toMatch(/database|sql/i)

    const text = server.logText()
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(10)
      expect(text).not.toContain(secret)
      expect(text).not.toContain(encodeURIComponent(secret))
    }
    const lines = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    const answered = lines.filter(({ msg }) => msg === 'answered')
    expect(answered.length).toBe(11)
    for (const line of answered)
      expect(line).toMatchObject({ requestId: expect.stringMatching(/^[\w-]{22}$/), status: expect.any(Number) })
    expect(lines.find(({ msg, requestId }) => msg === 'request failed' && requestId === incident_id)).toBeDefined()
    await server.stop()
  })
})

/** Every signing key as it rests, as PKCS #8 and as the private member of a JWK. */
async function listPrivateKeys({ running }: TestServer): Promise<string[]> {
  const { database, sealer } = running.installation
  const keys = await selectSigningKeys(database.read)
  return keys.flatMap(({ kid, sealedPrivateKey }) => {
    if (sealedPrivateKey === undefined) return []
    const der = sealer.open(sealedPrivateKey, privateKeyPurpose(kid))
    const { d } = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }).export({ format: 'jwk' })
    return [sealedPrivateKey, der.toString('base64'), d ?? '']
  })
}
