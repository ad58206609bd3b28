import { createHash } from 'node:crypto'
import { pageHeaders } from '../../platform/html/page-headers.ts'
import type { HttpServer } from '../../platform/http/create-http-server.ts'
import { type CacheableDocument, sendCacheable } from '../../platform/http/send-cacheable.ts'
import type { IssuerUrls } from '../issuer-urls.ts'
import type { AdminDeps } from './admin-deps.ts'
import { renderReferencePage } from './reference/reference-page.ts'
import { renderOpenApi } from './reference/render-openapi.ts'

/** Serves what the Admin API takes and answers, for programs and for people. Both are public: they tell nothing of this installation. */
export function referenceRoutes(server: HttpServer, { urls, theme }: Pick<AdminDeps, 'urls' | 'theme'>): void {
  // Rendered for whoever reads them first: both are long, and most servers are asked for neither.
  let document: CacheableDocument | undefined
  server.get(`${urls.adminPath}/openapi.json`, (request, reply) => {
    document ??= renderDocument(urls)
    return sendCacheable(request, reply, document)
  })
  let page: string | undefined
  server.get(`${urls.adminPath}/docs`, (_, reply) => {
    page ??= renderReferencePage({ urls, theme })
    return reply.headers(pageHeaders(theme)).send(page)
  })
}

function renderDocument(urls: IssuerUrls): CacheableDocument {
  const body = JSON.stringify(renderOpenApi(urls))
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
  return { body, etag, contentType: 'application/json', maxAgeSeconds: 300 }
}
