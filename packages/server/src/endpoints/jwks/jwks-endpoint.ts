import type { KeyRing } from '../../domain/keys/key-ring.ts'
import { JWKS_LIFETIME_SECONDS } from '../../domain/keys/plan-key-schedule.ts'
import type { HttpServer } from '../../platform/http/create-http-server.ts'
import { sendCacheable } from '../../platform/http/send-cacheable.ts'
import type { IssuerUrls } from '../issuer-urls.ts'

/** Serves the public signing keys: those that will sign, sign, or have signed tokens that still live (RFC 7517 §5). */
export function jwksEndpoint(server: HttpServer, urls: IssuerUrls, keyRing: KeyRing): void {
  server.get(urls.jwksPath, async (request, reply) => {
    const { jwks, etag } = await keyRing.current()
    return sendCacheable(request, reply, {
      body: jwks,
      etag,
      contentType: 'application/jwk-set+json',
      maxAgeSeconds: JWKS_LIFETIME_SECONDS,
    })
  })
}
