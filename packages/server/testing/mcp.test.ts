import { type OAuthClientProvider, UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { OAuthTokens } from '@modelcontextprotocol/sdk/shared/auth.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { afterEach, describe, expect, it } from 'vitest'
import { advanceKeysInUse } from '../src/domain/clients/advance-keys-in-use.ts'
import { createClient } from '../src/domain/clients/create-client.ts'
import { parseClient } from '../src/domain/clients/parse-client.ts'
import { type Platform, type RunningMcpServer, startMcpServer } from './mcp-server.ts'
import { addAccount, addApi, startTestServer, type TestServer } from './test-server.ts'
import { Visitor } from './visitor.ts'

const person = { username: 'ada', password: 'a long walk along the river' }
const redirectUrl = 'http://127.0.0.1:33418/callback'

/** What an app with the SDK keeps: a client that was registered beforehand, and the tokens it got. */
class AppStorage implements OAuthClientProvider {
  readonly redirectUrl = redirectUrl
  readonly clientMetadata = { client_name: 'Notes app', redirect_uris: [redirectUrl] }
  readonly #clientId: string
  #tokens: OAuthTokens | undefined
  #verifier = ''
  /** Where the SDK sent the person last. */
  sentTo: URL | undefined

  constructor(clientId: string) {
    this.#clientId = clientId
  }

  clientInformation = () => ({ client_id: this.#clientId })
  tokens = () => this.#tokens
  codeVerifier = () => this.#verifier
  saveTokens(tokens: OAuthTokens): void {
    this.#tokens = tokens
  }
  saveCodeVerifier(verifier: string): void {
    this.#verifier = verifier
  }
  redirectToAuthorization(url: URL): void {
    this.sentTo = url
  }
  invalidateCredentials(): void {
    this.#tokens = undefined
  }
}

interface Scene {
  readonly server: TestServer
  readonly mcp: RunningMcpServer
  readonly accountId: string
  readonly clientId: string
  readonly browser: Visitor
  readonly storage: AppStorage
  /** What the SDK has sent, as `METHOD path`. */
  readonly sent: readonly string[]
  /** A client and its transport, not connected yet. */
  open(): { readonly client: Client; readonly transport: StreamableHTTPClientTransport; connect(): Promise<void> }
  /** Signs in and agrees, and gives what the app is told. */
  authorize(): Promise<Record<string, string>>
}

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

async function addPublicClient(server: TestServer, grants: readonly string[]): Promise<string> {
  const parsed = parseClient({ name: 'Notes app', type: 'public', redirectUris: [redirectUrl], grants })
  if (!parsed.ok) throw new Error(parsed.sentence)
  const { client } = await server.running.installation.database.write((tx) => createClient(tx, parsed.client, 'cli'))
  await advanceKeysInUse(server.running.installation)
  return client.id
}

const refreshing = ['authorization_code', 'refresh_token']

interface SceneOptions {
  readonly platform: Platform
  readonly grants?: readonly string[]
  readonly issuerPath?: string
  readonly mcpPath?: string
}

async function start(options: SceneOptions): Promise<Scene> {
  const { platform, grants = ['authorization_code'], issuerPath = '', mcpPath } = options
  const server = await startTestServer({ isClockRunning: true, issuerPath })
  stops.push(() => server.stop())
  const mcp = await startMcpServer(server, platform, mcpPath)
  stops.push(() => mcp.stop())
  const accountId = await addAccount(server, person.username, person.password)
  await addApi(server, { audience: mcp.url, name: 'Notes', scopes: ['notes:read', 'notes:write'] })
  const clientId = await addPublicClient(server, grants)
  const browser = new Visitor(new URL(server.issuer).origin)
  const storage = new AppStorage(clientId)
  const sent: string[] = []
  const recordingFetch: typeof fetch = (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input)
    sent.push(`${init?.method ?? 'GET'} ${url.pathname}`)
    return mcp.fetch(input, init)
  }
  return {
    ...{ server, mcp, accountId, clientId, browser, storage, sent },
    open() {
      const client = new Client({ name: 'notes-app', version: '1.0.0' })
      const options = { authProvider: storage, fetch: recordingFetch }
      const transport = new StreamableHTTPClientTransport(new URL(mcp.url), options)
      stops.push(() => client.close())
      return { client, transport, connect: () => client.connect(transport as Transport) }
    },
    async authorize() {
      let visit = await browser.get(storage.sentTo?.href ?? '')
      if (visit.text.includes('name="password"')) visit = await browser.submit(visit, person)
      if (visit.text.includes('name="decision"')) visit = await browser.submit(visit, { decision: 'allow' })
      expect(visit.location).toMatch(`${redirectUrl}?`)
      return Object.fromEntries(new URL(visit.location ?? '').searchParams)
    },
  }
}

/** Discovers, authorizes and connects. */
async function connect(scene: Scene): Promise<ReturnType<Scene['open']>> {
  const first = scene.open()
  await expect(first.connect()).rejects.toThrow(UnauthorizedError)
  await first.transport.finishAuth((await scene.authorize()).code ?? '')
  const opened = scene.open()
  await opened.connect()
  return opened
}

async function call({ client }: ReturnType<Scene['open']>, name: string): Promise<unknown> {
  const { content } = await client.callTool({ name })
  return JSON.parse((content as { text: string }[])[0]?.text ?? '')
}

describe.each<Platform>(['node', 'fetch'])("the MCP SDK's client and server, with the guard by %s", (platform) => {
  it('RFC 9728 §5, RFC 8707 §2, RFC 7636 §4: the client finds the issuer by the 401, authorizes for this server, and calls a tool', async () => {
    const scene = await start({ platform })
    const { storage, mcp, server } = scene
    const opened = await connect(scene)
    expect(scene.sent.slice(0, 4)).toEqual([
      'POST /mcp',
      'GET /.well-known/oauth-protected-resource/mcp',
      'GET /.well-known/oauth-authorization-server',
      // To exchange the code it looks for the metadata anew.
      'GET /.well-known/oauth-protected-resource/mcp',
    ])
    expect(storage.sentTo?.href).toMatch(`${server.issuer}/authorize?`)
    expect(Object.fromEntries(storage.sentTo?.searchParams ?? [])).toMatchObject({
      scope: 'notes:read',
      resource: mcp.url,
      code_challenge_method: 'S256',
    })
    expect(storage.tokens()).toMatchObject({ token_type: 'Bearer', scope: 'notes:read', issuer: server.issuer })
    expect(await call(opened, 'list_notes')).toEqual({
      ...{ act: 'listed', subject: scene.accountId, clientId: scene.clientId, scopes: ['notes:read'] },
      resource: mcp.url,
    })
  })

  it('RFC 6750 §3.1, MCP "Step-Up Authorization Flow": a tool that needs more is refused, and the client asks for all of it at once', async () => {
    const scene = await start({ platform })
    const opened = await connect(scene)
    await expect(call(opened, 'add_note')).rejects.toThrow(UnauthorizedError)
    expect(scene.storage.sentTo?.searchParams.get('scope')).toBe('notes:read notes:write')
    await opened.transport.finishAuth((await scene.authorize()).code ?? '')
    expect(await call(opened, 'add_note')).toMatchObject({ act: 'added', scopes: ['notes:read', 'notes:write'] })
    expect(await call(opened, 'list_notes')).toMatchObject({ act: 'listed' })
  })

  it('RFC 9728 §5.1: version 1 of the SDK refreshes instead of stepping up; an app that forgets its tokens then is asked for all scopes', async () => {
    const scene = await start({ platform, grants: refreshing })
    const opened = await connect(scene)
    await expect(call(opened, 'add_note')).rejects.toThrow('403 after trying upscoping')
    scene.storage.invalidateCredentials()
    await expect(call(opened, 'add_note')).rejects.toThrow(UnauthorizedError)
    expect(scene.storage.sentTo?.searchParams.get('scope')).toBe('notes:read notes:write')
    await opened.transport.finishAuth((await scene.authorize()).code ?? '')
    expect(await call(opened, 'add_note')).toMatchObject({ act: 'added' })
  })

  it('RFC 6749 §6: when the token has expired, the client refreshes it and the call goes through', async () => {
    const scene = await start({ platform, grants: refreshing })
    const opened = await connect(scene)
    const before = scene.storage.tokens()
    scene.server.clock.set(scene.server.clock.now() + 170_000)
    expect(await call(opened, 'list_notes')).toMatchObject({ act: 'listed' })
    const after = scene.storage.tokens()
    expect(after?.access_token).not.toBe(before?.access_token)
    expect(after?.refresh_token).not.toBe(before?.refresh_token)
    expect(scene.sent.filter((line) => line === 'POST /token')).toHaveLength(2)
  })

  it('RFC 7009 §2.1: consent withdrawn: within a second the client is refused, and has to ask the person again', async () => {
    const scene = await start({ platform, grants: refreshing })
    const opened = await connect(scene)
    await call(opened, 'list_notes')
    await expect.poll(() => scene.mcp.guard.state().feed.state).toBe('live')
    scene.storage.sentTo = undefined
    await scene.browser.post('/account/consents', { client_id: scene.clientId })
    await expect
      .poll(() => call(opened, 'list_notes').catch((error) => error), { timeout: 3000 })
      .toBeInstanceOf(UnauthorizedError)
    expect(scene.storage.tokens()).toBeUndefined()
    expect(scene.storage.sentTo).toBeInstanceOf(URL)
  })
})

describe("the MCP SDK's client", () => {
  it('RFC 8414 §3.1: finds an issuer with a path', async () => {
    const scene = await start({ platform: 'fetch', issuerPath: '/tenant' })
    const opened = await connect(scene)
    expect(scene.sent).toContain('GET /.well-known/oauth-authorization-server/tenant')
    expect(scene.storage.tokens()).toMatchObject({ issuer: scene.server.issuer })
    expect(await call(opened, 'list_notes')).toMatchObject({ act: 'listed' })
  })

  it('RFC 9728 §3.1: finds a server without a path, whose name ends without a slash and stays so', async () => {
    const scene = await start({ platform: 'node', mcpPath: '' })
    const opened = await connect(scene)
    expect(scene.sent).toContain('GET /.well-known/oauth-protected-resource')
    expect(scene.storage.sentTo?.searchParams.get('resource')).toBe(scene.mcp.url)
    expect(await call(opened, 'list_notes')).toMatchObject({ act: 'listed' })
  })

  it('Fetch §3.3: may send MCP-Protocol-Version from a page of any origin, wherever it asks', async () => {
    const { server, mcp } = await start({ platform: 'node' })
    const metadataUrl = `${server.issuer}/.well-known/oauth-authorization-server`
    for (const url of [mcp.guard.metadataUrl, metadataUrl, `${server.issuer}/token`]) {
      const { status, headers } = await fetch(url, { method: 'OPTIONS' })
      expect([status, headers.get('access-control-allow-origin')], url).toEqual([204, '*'])
      expect(headers.get('access-control-allow-headers'), url).toContain('MCP-Protocol-Version')
    }
  })
})
