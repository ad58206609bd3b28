// better-auth with its OAuth provider on SQLite, and codes and refresh tokens that come from its authorization endpoint.
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
import {
  answerBenchmark,
  type LoadKind,
  makeMany,
  peerAudience,
  peerRedirectUri,
  peerScopes,
  renderForm,
} from './peer.ts'

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
      clientPrivileges: async () => true,
    }) as unknown as BetterAuthPlugin,
  ],
})
await (await getMigrations(auth.options)).runMigrations()
server.on('request', toNodeHandler(auth))
const cookie = await signUp()
const { client_id: clientId } = await registerClient({
  redirect_uris: [peerRedirectUri],
  token_endpoint_auth_method: 'none',
  grant_types: ['authorization_code', 'refresh_token'],
  skip_consent: true,
  scope: scopes.join(' '),
})
const machine = await registerClient({
  redirect_uris: [peerRedirectUri],
  token_endpoint_auth_method: 'client_secret_post',
  grant_types: ['client_credentials'],
  scope: peerScopes.join(' '),
  client_credentials_scopes: [...peerScopes],
})

const makers: Readonly<Record<LoadKind, () => Promise<string>>> = {
  refresh_token: async () => {
    const { refresh_token: token = '' } = await post('/oauth2/token', await renderCode())
    return renderForm({ grant_type: 'refresh_token', client_id: clientId, refresh_token: token })
  },
  client_credentials: async () => renderCredentials(),
  authorization_code: renderCode,
  introspection: async () => {
    const { access_token: token = '' } = await post('/oauth2/token', renderCredentials())
    return renderForm({ token, ...machine })
  },
}

answerBenchmark(async ({ kind, count }) => ({
  url: `${base}/oauth2/${kind === 'introspection' ? 'introspect' : 'token'}`,
  forms: await makeMany(count, makers[kind]),
}))

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

interface RegisteredClient {
  readonly client_id: string
  readonly client_secret: string
}

async function registerClient(body: object): Promise<RegisteredClient> {
  const { adminCreateOAuthClient } = auth.api as unknown as {
    adminCreateOAuthClient(request: { headers: Headers; body: object }): Promise<RegisteredClient>
  }
  const { client_id, client_secret } = await adminCreateOAuthClient({ headers: new Headers({ cookie }), body })
  return { client_id, client_secret }
}

function renderCredentials(): string {
  const scope = peerScopes.join(' ')
  return renderForm({ grant_type: 'client_credentials', resource: peerAudience, scope, ...machine })
}

/** RFC 6749 §4.1 with RFC 7636: a code, in the form that redeems it. */
async function renderCode(): Promise<string> {
  const verifier = randomBytes(32).toString('base64url')
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: peerRedirectUri,
    scope: scopes.join(' '),
    state: 'state',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    resource: peerAudience,
  })
  const authorized = await fetch(`${base}/oauth2/authorize?${query}`, { headers: { cookie } })
  const { url } = (await authorized.json()) as { url: string }
  return renderForm({
    grant_type: 'authorization_code',
    code: new URL(url).searchParams.get('code') ?? '',
    redirect_uri: peerRedirectUri,
    client_id: clientId,
    code_verifier: verifier,
    resource: peerAudience,
  })
}

async function post(path: string, form: string): Promise<Readonly<Record<string, string>>> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const answered = await fetch(`${base}${path}`, { method: 'POST', headers, body: form })
  if (!answered.ok) throw new Error(`better-auth answers ${path} ${answered.status}: ${await answered.text()}`)
  return (await answered.json()) as Record<string, string>
}
