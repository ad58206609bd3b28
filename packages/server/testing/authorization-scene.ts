import { createHash, randomBytes } from 'node:crypto'
import { expect } from 'vitest'
import { listAuditEvents } from '../src/domain/audit/list-audit-events.ts'
import { advanceKeysInUse } from '../src/domain/clients/advance-keys-in-use.ts'
import { createClient } from '../src/domain/clients/create-client.ts'
import { parseClient } from '../src/domain/clients/parse-client.ts'
import { addAccount, addApi, startTestServer, type TestServer, type TestServerOptions } from './test-server.ts'
import { type Visit, Visitor } from './visitor.ts'

export const person: { username: string; password: string } = {
  username: 'ada',
  password: 'a long walk along the river',
}
const audience = 'https://api.example.com'
const state = 'a state, ünïcode & all'
const verifier = randomBytes(32).toString('base64url')

/** RFC 7636 §4.2 */
export function challengeOf(codeVerifier: string): string {
  return createHash('sha256').update(codeVerifier).digest('base64url')
}

export type Wire = Readonly<Record<string, string | undefined>>
type Described = Partial<Parameters<typeof parseClient>[0]>

export interface OauthAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: Readonly<Record<string, unknown>>
}

/** A server with an API, a person and a client, and one browser. */
export class AuthorizationScene {
  readonly redirectUri: string
  readonly server: TestServer
  readonly accountId: string
  readonly clientId: string
  readonly browser: Visitor

  private constructor(server: TestServer, accountId: string, clientId: string, redirectUri: string) {
    this.server = server
    this.accountId = accountId
    this.clientId = clientId
    this.redirectUri = redirectUri
    this.browser = new Visitor(server.issuer)
  }

  static async start(options: TestServerOptions, described: Described = {}): Promise<AuthorizationScene> {
    const server = await startTestServer(options)
    const accountId = await addAccount(server, person.username, person.password)
    await addApi(server, { audience, name: 'Orders', scopes: ['orders:read', 'orders:write'] })
    const redirectUri = 'https://app.example.com/callback'
    const { id } = await addClient(server, { redirectUris: [redirectUri], ...described })
    return new AuthorizationScene(server, accountId, id, redirectUri)
  }

  /** An authorization request that is good; undefined leaves a parameter out. */
  parameters(more: Wire = {}): Record<string, string> {
    const all = {
      response_type: 'code',
      client_id: this.clientId,
      redirect_uri: this.redirectUri,
      scope: 'openid orders:read',
      resource: audience,
      state,
      nonce: 'n-1',
      code_challenge: challengeOf(verifier),
      code_challenge_method: 'S256',
      ...more,
    }
    return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined))
  }

  url(more: Wire = {}): string {
    return `/authorize?${new URLSearchParams(this.parameters(more))}`
  }

  push(more: Wire = {}, headers: Record<string, string> = {}): Promise<OauthAnswer> {
    return this.send('/par', this.parameters(more), headers)
  }

  /** Pushes a request that is good. Returns where the browser is sent with it. */
  async pushedUrl(more: Wire = {}, clientId: string = this.clientId): Promise<string> {
    const { status, body } = await this.push({ client_id: clientId, ...more })
    expect(status).toBe(201)
    return `/authorize?${new URLSearchParams({ client_id: clientId, request_uri: String(body.request_uri) })}`
  }

  exchange(code: string, more: Wire = {}): Promise<OauthAnswer> {
    const form = { grant_type: 'authorization_code', client_id: this.clientId, code, code_verifier: verifier, ...more }
    return this.send('/token', form as Record<string, string>)
  }

  async send(
    path: string,
    form: Record<string, string> | string,
    headers: Record<string, string> = {},
  ): Promise<OauthAnswer> {
    const type = { 'content-type': 'application/x-www-form-urlencoded' }
    const body = new URLSearchParams(form).toString()
    const response = await fetch(`${this.server.issuer}${path}`, {
      method: 'POST',
      headers: { ...type, ...headers },
      body,
    })
    return { status: response.status, headers: response.headers, body: (await response.json()) as OauthAnswer['body'] }
  }

  /** Signs in and agrees, wherever that is asked for. */
  async finish(page: Visit, browser: Visitor = this.browser): Promise<Visit> {
    let visit = page
    if (visit.text.includes('name="password"')) visit = await browser.submit(visit, person)
    if (visit.text.includes('name="decision"')) visit = await browser.submit(visit, { decision: 'allow' })
    return visit
  }

  async authorize(url: string): Promise<Record<string, string>> {
    return this.answerOf(await this.finish(await this.browser.get(url)))
  }

  /** What the client is told; the answer must go to its own address. */
  answerOf({ status, location, text }: Visit): Record<string, string> {
    expect([status, location?.split('?')[0]], text).toEqual([303, this.redirectUri])
    return Object.fromEntries(new URL(location ?? '').searchParams)
  }

  async acts(): Promise<readonly string[]> {
    const { database } = this.server.running.installation
    return (await listAuditEvents(database.read, { limit: 100 })).map(({ act }) => act)
  }
}

/** Registers a client, as the command line does. */
export async function addClient(server: TestServer, described: Described): Promise<{ id: string; secret: string }> {
  const parsed = parseClient({ name: 'Shop & Co', type: 'public', ...described })
  if (!parsed.ok) throw new Error(parsed.sentence)
  const { database } = server.running.installation
  const { client, secret = '' } = await database.write((tx) => createClient(tx, parsed.client, 'cli'))
  await advanceKeysInUse(server.running.installation)
  return { id: client.id, secret }
}
