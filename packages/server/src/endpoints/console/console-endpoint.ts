import type { FastifyReply } from 'fastify'
import { escapeHtml } from '../../platform/html/escape-html.ts'
import type { HttpServer } from '../../platform/http/create-http-server.ts'
import { Problem } from '../../platform/http/problem.ts'
import { randomSecret } from '../../platform/random/random.ts'
import type { IssuerUrls } from '../issuer-urls.ts'
import { ConsoleFiles } from './console-files.ts'
import { consoleHeaders } from './console-headers.ts'

/** Serves the console: its page at every address below `/console/`, which the console itself reads, and the files that the page asks for. */
export function consoleEndpoint(server: HttpServer, urls: IssuerUrls): void {
  const files = ConsoleFiles.open()
  const { consolePath } = urls
  server.get(consolePath.slice(0, -1), (_, reply) => reply.redirect(consolePath, 308))
  server.get<{ Params: { '*': string } }>(`${consolePath}assets/*`, (request, reply) =>
    sendFile(files, `assets/${request.params['*']}`, request.headers['accept-encoding'], reply),
  )
  server.get(`${consolePath}mark.svg`, (request, reply) =>
    sendFile(files, 'mark.svg', request.headers['accept-encoding'], reply),
  )
  server.get(`${consolePath}*`, async (_, reply) => {
    if (files === undefined) throw notBuilt()
    const nonce = randomSecret()
    const page = (await files.readPage())
      .replaceAll('="./', `="${escapeHtml(consolePath)}`)
      .replaceAll('STYLE_NONCE', nonce)
    return reply.headers(consoleHeaders(nonce)).send(page)
  })
}

/** A file's name holds the hash of what is in it: another content has another name. */
async function sendFile(
  files: ConsoleFiles | undefined,
  name: string,
  acceptEncoding: string | readonly string[] | undefined,
  reply: FastifyReply,
): Promise<FastifyReply> {
  if (files === undefined) throw notBuilt()
  const file = await files.find(name, String(acceptEncoding ?? ''))
  if (file === undefined) throw notFound('The console has no such file.')
  const isHashed = name.startsWith('assets/')
  reply
    .header('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'public, max-age=3600')
    .header('vary', 'accept-encoding')
    .header('x-content-type-options', 'nosniff')
    .header('cross-origin-resource-policy', 'same-origin')
  if (file.encoding !== undefined) reply.header('content-encoding', file.encoding)
  return reply.type(file.contentType).send(file.body)
}

function notBuilt(): Problem {
  return notFound('The console is not built here. In a checkout, run `npm run build`.')
}

function notFound(detail: string): Problem {
  return new Problem({ status: 404, code: 'not_found', detail })
}
