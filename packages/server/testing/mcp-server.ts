import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import type { AuthInfo } from '@modelcontextprotocol/sdk/server/auth/types.js'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { type ExpressRequest, getAuth, tokenRequired as tokenRequiredByNode } from '@ostiary/guard/express'
import { tokenRequired as tokenRequiredByFetch } from '@ostiary/guard/fetch'
import { createMcpGuard, type McpGuard } from '@ostiary/guard/mcp'
import type { TestServer } from './test-server.ts'

/** Through `node:http`, or as a function that takes a `Request`. */
export type Platform = 'node' | 'fetch'

/** A running MCP server: the SDK's, behind our guard. */
export interface RunningMcpServer {
  readonly url: string
  readonly guard: McpGuard
  /** What a client's requests go through: the network, or the handler itself for a platform that calls one. */
  readonly fetch: typeof fetch
  stop(): Promise<void>
}

/** Starts one on a free port, whose URL is its identifier. It has the tools `list_notes` and `add_note`. */
export async function startMcpServer(server: TestServer, platform: Platform, path = '/mcp'): Promise<RunningMcpServer> {
  const listening = createServer()
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(listening.address() as AddressInfo).port}`
  const guard = createMcpGuard({
    issuer: server.issuer,
    audience: `${origin}${path}`,
    scope: 'notes:read',
    tools: { add_note: 'notes:write' },
    resourceName: 'Notes',
    clock: () => server.clock.now(),
  })
  if (platform === 'node') listening.on('request', createListener(guard))
  const answer = createAnswer(guard)
  const fetchHere: typeof fetch = async (input, init) => {
    const request = new Request(input, init)
    return request.url.startsWith(origin) ? answer(request) : fetch(request)
  }
  const stop = async () => {
    guard.close()
    listening.closeAllConnections()
    await new Promise((resolve) => listening.close(resolve))
  }
  return { url: `${origin}${path}`, guard, fetch: platform === 'node' ? fetch : fetchHere, stop }
}

function createListener(guard: McpGuard): (req: ExpressRequest, res: ServerResponse) => void {
  const answer = async (req: ExpressRequest, res: ServerResponse, body: unknown) => {
    const transport = new StreamableHTTPServerTransport({})
    await connectTools(transport)
    await transport.handleRequest(Object.assign(req, { auth: guard.toAuthInfo(getAuth(guard, req)) }), res, body)
  }
  return (req, res) =>
    guard.serveMetadata(req, res, async () => {
      if (req.method !== 'POST') return void res.writeHead(405).end()
      const body = await json(req)
      tokenRequiredByNode(guard, guard.ruleFor(body))(req, res, () => answer(req, res, body))
    })
}

function createAnswer(guard: McpGuard): (request: Request) => Promise<Response> {
  return async (request) => {
    const metadata = guard.answerMetadata(request)
    if (metadata) return metadata
    if (request.method !== 'POST') return new Response(null, { status: 405 })
    const parsedBody: unknown = await request.json()
    const guarded = tokenRequiredByFetch(guard, guard.ruleFor(parsedBody))
    const handler = guarded(async (_, auth) => {
      const transport = new WebStandardStreamableHTTPServerTransport({})
      await connectTools(transport)
      return transport.handleRequest(request, { authInfo: guard.toAuthInfo(auth), parsedBody })
    })
    return handler(request)
  }
}

/** Connects a server for one request: it keeps nothing between them. */
async function connectTools(transport: unknown): Promise<void> {
  const mcpServer = new McpServer({ name: 'notes', version: '1.0.0' })
  mcpServer.registerTool('list_notes', {}, ({ authInfo }) => describeCaller('listed', authInfo))
  mcpServer.registerTool('add_note', {}, ({ authInfo }) => describeCaller('added', authInfo))
  // The SDK's types are not made for exactOptionalPropertyTypes.
  await mcpServer.connect(transport as Transport)
}

function describeCaller(act: string, authInfo: AuthInfo | undefined): { content: { type: 'text'; text: string }[] } {
  const { clientId, scopes, resource, extra } = authInfo ?? {}
  const { subject } = (extra?.auth ?? {}) as { subject?: string }
  return { content: [{ type: 'text', text: JSON.stringify({ act, subject, clientId, scopes, resource }) }] }
}
