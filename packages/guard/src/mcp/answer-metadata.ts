import type { IncomingMessage, ServerResponse } from 'node:http'
import type { MetadataLocation } from './locate-metadata.ts'
import type { ResourceMetadata } from './mcp-guard.ts'

/** An answer before it is put into the form of a platform. */
interface MetadataAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Undefined when the answer has no content. */
  readonly text: string | undefined
}

/** Answers a request by its method and path; undefined when it is for something else. */
export type AnswerMetadata = (method: string, path: string) => MetadataAnswer | undefined

const anyOrigin = { 'access-control-allow-origin': '*' }
const methods = 'GET, HEAD, OPTIONS'
// Fetch Standard §3.3: clients in a browser send the version of MCP along, which needs a preflight.
const preflight = {
  ...anyOrigin,
  'access-control-allow-methods': methods,
  'access-control-allow-headers': 'Authorization, Content-Type, MCP-Protocol-Version',
  'access-control-max-age': '86400',
}

/** Makes what answers requests for the metadata, as a public document that any origin may read. @see RFC 9728 §3.1, §3.2 */
export function createMetadataAnswer(metadata: ResourceMetadata, { paths }: MetadataLocation): AnswerMetadata {
  const text = JSON.stringify(metadata)
  const headers = {
    ...anyOrigin,
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(text)),
    'cache-control': 'public, max-age=300',
    'x-content-type-options': 'nosniff',
  }
  return (method, path) => {
    if (!paths.has(path)) return undefined
    if (method === 'OPTIONS') return { status: 204, headers: preflight, text: undefined }
    if (method === 'HEAD') return { status: 200, headers, text: undefined }
    if (method === 'GET') return { status: 200, headers, text }
    return { status: 405, headers: { ...anyOrigin, allow: methods }, text: undefined }
  }
}

/** Answers as fetch-style platforms do. */
export function respondToFetch(answer: AnswerMetadata, request: Request): Response | undefined {
  const found = answer(request.method, new URL(request.url).pathname)
  return found && new Response(found.text ?? null, found)
}

/** Answers through `node:http`, and says whether it did. */
export function respondToNode(answer: AnswerMetadata, req: IncomingMessage, res: ServerResponse): boolean {
  // Express cuts off the path that a router is mounted at.
  const { originalUrl = req.url ?? '/' } = req as { originalUrl?: string }
  const found = answer(req.method ?? 'GET', originalUrl.split('?', 1)[0] ?? '')
  if (found === undefined) return false
  res.writeHead(found.status, found.headers).end(found.text)
  return true
}
