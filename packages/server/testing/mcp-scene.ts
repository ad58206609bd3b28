import { advanceKeysInUse } from '../src/domain/clients/advance-keys-in-use.ts'
import { createClient } from '../src/domain/clients/create-client.ts'
import { parseClient } from '../src/domain/clients/parse-client.ts'
import { type DocumentHost, startDocumentHost } from './document-host.ts'
import { AppStorage, type Generation, type McpApp, openMcpApp } from './mcp-app.ts'
import { type Platform, type RunningMcpServer, startMcpServer } from './mcp-server.ts'
import { addAccount, addApi, startTestServer, type TestServer } from './test-server.ts'
import { Visitor } from './visitor.ts'

const person = { username: 'ada', password: 'a long walk along the river' }
const redirectUrl = 'http://127.0.0.1:33418/callback'

/** How the app comes to be known here: an operator registered it, it registers itself, or a document describes it. */
export type Introduction = 'registered beforehand' | 'registers itself' | 'described by a document'

export interface McpSceneOptions {
  readonly platform: Platform
  readonly generation?: Generation
  readonly introduction?: Introduction
  readonly grants?: readonly string[]
  readonly issuerPath?: string
  readonly mcpPath?: string
}

/** An authorization server, an MCP server behind the guard, a person, and an app that has met none of them. */
export interface McpScene {
  readonly server: TestServer
  readonly mcp: RunningMcpServer
  readonly accountId: string
  readonly browser: Visitor
  readonly storage: AppStorage
  /** What the SDK has sent, as `METHOD path`. */
  readonly sent: readonly string[]
  /** The app, not connected yet. */
  open(): McpApp
  /** Signs in and agrees, and gives what the app is told. */
  authorize(): Promise<URLSearchParams>
  stop(): Promise<void>
}

export async function startMcpScene(options: McpSceneOptions): Promise<McpScene> {
  const { platform, generation = 'version 1', introduction = 'registered beforehand', issuerPath = '' } = options
  const grants = options.grants ?? ['authorization_code']
  const host = introduction === 'described by a document' ? await startDocumentHost() : undefined
  const server = await startTestServer({
    ...{ isClockRunning: true, issuerPath, ...(host && { fetchDocument: host.fetchDocument }) },
    config: { registration: introduction === 'registers itself' ? 'open' : 'off' },
  })
  const mcp = await startMcpServer(server, platform, options.mcpPath)
  const accountId = await addAccount(server, person.username, person.password)
  await addApi(server, { audience: mcp.url, name: 'Notes', scopes: ['notes:read', 'notes:write'] })
  const client =
    introduction === 'registered beforehand'
      ? { client_id: await addPublicClient(server, grants), issuer: server.issuer }
      : undefined
  const documentUrl = host && describeApp(host, grants)
  const storage = new AppStorage({ redirectUrl, grants, client, documentUrl })
  const browser = new Visitor(new URL(server.issuer).origin)
  const sent: string[] = []
  const apps: McpApp[] = []
  const open = () => {
    const app = openMcpApp(generation, mcp.url, storage, recordFetch(mcp, sent))
    apps.push(app)
    return app
  }
  const stop = async () => {
    for (const app of apps) await app.close()
    await mcp.stop()
    await server.stop()
    await host?.stop()
  }
  return { server, mcp, accountId, browser, storage, sent, open, authorize: () => authorize(browser, storage), stop }
}

async function addPublicClient(server: TestServer, grants: readonly string[]): Promise<string> {
  const parsed = parseClient({ name: 'Notes app', type: 'public', redirectUris: [redirectUrl], grants })
  if (!parsed.ok) throw new Error(parsed.sentence)
  const { client } = await server.running.installation.database.write((tx) => createClient(tx, parsed.client, 'cli'))
  await advanceKeysInUse(server.running.installation)
  return client.id
}

/** Puts the app's document on the web. Returns its URL. */
function describeApp(host: DocumentHost, grants: readonly string[]): string {
  const url = `${host.origin}/notes-app.json`
  const document = {
    client_id: url,
    client_name: 'Notes app',
    redirect_uris: [redirectUrl],
    grant_types: grants,
    token_endpoint_auth_method: 'none',
    application_type: 'native',
  }
  host.answer = (_, response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(document))
  return url
}

function recordFetch(mcp: RunningMcpServer, sent: string[]): typeof fetch {
  return (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input)
    sent.push(`${init?.method ?? 'GET'} ${url.pathname}`)
    return mcp.fetch(input, init)
  }
}

async function authorize(browser: Visitor, { sentTo, redirectUrl }: AppStorage): Promise<URLSearchParams> {
  let visit = await browser.get(sentTo?.href ?? '')
  if (visit.text.includes('name="password"')) visit = await browser.submit(visit, person)
  if (visit.text.includes('name="decision"')) visit = await browser.submit(visit, { decision: 'allow' })
  if (!visit.location?.startsWith(`${redirectUrl}?`)) throw new Error(`no answer to the app: ${visit.text.slice(-600)}`)
  return new URL(visit.location).searchParams
}
