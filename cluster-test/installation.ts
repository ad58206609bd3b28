import { argon2Sync, randomBytes } from 'node:crypto'
import type { Instance } from './instances/instance.ts'

export const audience = 'https://api.example.com'
export const redirectUri = 'https://app.example/callback'
export const role = 'editor'

export interface ConfidentialClient {
  readonly clientId: string
  readonly clientSecret: string
}

/** What is registered before anything fails. */
export interface Installation {
  readonly issuer: string
  readonly password: string
  readonly usernames: readonly string[]
  /** Public, for authorization codes. */
  readonly appId: string
  /** May get tokens for itself. */
  readonly machine: ConfidentialClient
  /** May revoke. */
  readonly support: ConfidentialClient
  /** That of the guards. */
  readonly api: ConfidentialClient
}

/** Registers an API, clients and people by the command line, as an operator does. Everybody has the role. */
export async function register(instance: Instance, issuer: string, people: number): Promise<Installation> {
  await instance.run(['api', 'create', '--audience', audience, '--scope', 'orders:read'])
  await instance.run(['role', 'create', '--name', role])
  const password = randomBytes(18).toString('base64url')
  const usernames = Array.from({ length: people }, (_, index) => `person-${index}`)
  const [app, machine, support, api] = await Promise.all([
    instance.run([...clientOptions('Shop', 'public'), '--first-party', '--redirect-uri', redirectUri]),
    confidential(instance, 'Machine', '--grant', 'client_credentials', '--scope', 'orders:read'),
    confidential(instance, 'Support', '--scope', 'revocations:write'),
    confidential(instance, 'API', '--scope', `introspect:${audience}`),
    instance.run(['import', '-'], renderPeople(usernames, password)),
  ])
  return { issuer, password, usernames, appId: String(app.client_id), machine, support, api }
}

function clientOptions(name: string, type: string): string[] {
  return ['client', 'create', '--name', name, '--type', type]
}

async function confidential(instance: Instance, name: string, ...options: string[]): Promise<ConfidentialClient> {
  const created = await instance.run([...clientOptions(name, 'confidential'), ...options])
  return { clientId: String(created.client_id), clientSecret: String(created.client_secret) }
}

/** All with one password and one hash of it: what a hash costs is not what is looked at here. */
function renderPeople(usernames: readonly string[], password: string): string {
  const salt = randomBytes(16)
  const cost = { memory: 19_456, passes: 2, parallelism: 1 }
  const key = argon2Sync('argon2id', { message: password, nonce: salt, tagLength: 32, ...cost })
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64').replace(/=+$/, '')
  const hash = `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${text(salt)}$${text(key)}`
  return usernames.map((username) => `${JSON.stringify({ username, roles: [role], password_hash: hash })}\n`).join('')
}
