import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { type FetchPublicDocument, fetchPublicDocument } from '../src/platform/public-fetch/fetch-public-document.ts'
import { makeCertificate } from './make-certificate.ts'

/** A web host on loopback, over TLS, whose documents a test server may read. */
export interface DocumentHost {
  readonly origin: string
  /** Trusts the host's certificate and takes loopback for the public internet; all else is as ever. */
  readonly fetchDocument: FetchPublicDocument
  /** Of the host's certificate, in PEM. */
  readonly ca: string
  /** Paths that were asked for. */
  readonly asked: readonly string[]
  answer: (request: IncomingMessage, response: ServerResponse) => void
  stop(): Promise<void>
}

export async function startDocumentHost(): Promise<DocumentHost> {
  const { key, certificate: ca } = makeCertificate()
  const asked: string[] = []
  const server = createServer({ key, cert: ca }, (request, response) => {
    asked.push(request.url ?? '')
    host.answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const host: DocumentHost = {
    origin: `https://localhost:${port}`,
    fetchDocument: (url, limits) => fetchPublicDocument(url, { ...limits, ca, isAllowed: isLoopback }),
    ca,
    asked,
    answer: (_, response) => response.writeHead(404).end(),
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return host
}

function isLoopback(address: string): boolean {
  return address === '127.0.0.1' || address === '::1'
}
