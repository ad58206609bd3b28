// better-auth with its OAuth provider on SQLite, and refresh tokens that come from its authorization code flow.
import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { oauthProvider } from '@better-auth/oauth-provider'
import { type BetterAuthPlugin, betterAuth } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import { toNodeHandler } from 'better-auth/node'
import { jwt } from 'better-auth/plugins'
import { answerBenchmark, peerAudience, peerScopes } from './peer.ts'

const redirectUri = 'https://app.example.com/callback'
const scopes = ['offline_access', ...peerScopes]

const folder = mkdtempSync(path.join(tmpdir(), 'ostiary-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const database = new DatabaseSync(path.join(folder, 'auth.db'))
database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
const server = createServer()
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
const base = `${baseURL}/api/auth`
const auth = betterAuth({
  baseURL,
  database,
  secret: randomBytes(32).toString('hex'),
  logger: { disabled: true },
  emailAndPassword: { enabled: true },
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
  plugins: [
    jwt({ jwks: { keyPairConfig: { alg: 'ES256' } }, disableSettingJwtHeader: true }),
    // Its types don't stand with exactOptionalPropertyTypes.
    oauthProvider({
      loginPage: '/login',
      consentPage: '/consent',
      scopes,
      resources: [{ identifier: peerAudience, accessTokenTtl: 150 }],
      enforcePerClientResources: false,
    }) as unknown as BetterAuthPlugin,
  ],
})
await (await getMigrations(auth.options)).runMigrations()
server.on('request', toNodeHandler(auth))
const cookie = await signUp()
const clientId = await registerClient()

answerBenchmark(async ({ sessions }) => {
  const refreshTokens: string[] = []
  for (let count = 0; count < sessions; count += 1) refreshTokens.push(await openSession())
  return { url: `${base}/oauth2/token`, clientId, refreshTokens }
})

async function signUp(): Promise<string> {
  const response = await fetch(`${base}/sign-up/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: baseURL },
    body: JSON.stringify({ email: 'person-0@example.com', password: 'a long walk along the river', name: 'Person' }),
  })
  if (!response.ok) throw new Error(`better-auth answers a sign-up ${response.status}`)
  return response.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ')
}

async function registerClient(): Promise<string> {
  const { adminCreateOAuthClient } = auth.api as unknown as {
    adminCreateOAuthClient(request: { headers: Headers; body: object }): Promise<{ client_id: string }>
  }
  const client = await adminCreateOAuthClient({
    headers: new Headers({ cookie }),
    body: {
      redirect_uris: [redirectUri],
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      skip_consent: true,
      scope: scopes.join(' '),
    },
  })
  return client.client_id
}

/** RFC 6749 §4.1 with RFC 7636. */
async function openSession(): Promise<string> {
  const verifier = randomBytes(32).toString('base64url')
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: scopes.join(' '),
    state: 'state',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    resource: peerAudience,
  })
  const authorized = await fetch(`${base}/oauth2/authorize?${query}`, { headers: { cookie } })
  const { url } = (await authorized.json()) as { url: string }
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    code: new URL(url).searchParams.get('code') ?? '',
    redirect_uri: redirectUri,
    client_id: clientId,
    code_verifier: verifier,
    resource: peerAudience,
  })
  const answered = await fetch(`${base}/oauth2/token`, { method: 'POST', body })
  const { refresh_token: token } = (await answered.json()) as { refresh_token?: string }
  if (token === undefined) throw new Error(`better-auth gives no refresh token: ${answered.status}, ${url}`)
  return token
}
