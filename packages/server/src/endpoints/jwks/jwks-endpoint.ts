import type { KeyRing, PublishedKeys } from '../../domain/keys/key-ring.ts'
import { JWKS_LIFETIME_SECONDS } from '../../domain/keys/plan-key-schedule.ts'
import { DatabaseError } from '../../platform/database/database-error.ts'
import type { HttpServer } from '../../platform/http/create-http-server.ts'
import { sendCacheable } from '../../platform/http/send-cacheable.ts'
import type { IssuerUrls } from '../issuer-urls.ts'

/** Serves the public signing keys: those that will sign, sign, or have signed tokens that still live (RFC 7517 §5). */
export function jwksEndpoint(server: HttpServer, urls: IssuerUrls, keyRing: KeyRing): void {
  server.get(urls.jwksPath, { config: { importance: 'prompt' } }, async (request, reply) => {
    const { published, ageSeconds } = await readKeys(keyRing)
    return sendCacheable(request, reply, {
      body: published.jwks,
      etag: published.etag,
      contentType: 'application/jwk-set+json',
      maxAgeSeconds: JWKS_LIFETIME_SECONDS - ageSeconds,
    })
  })
}

/** While the database is away, a copy that others may hold as well is better than none: an API that starts meanwhile can verify tokens. */
async function readKeys(keyRing: KeyRing): Promise<{ published: PublishedKeys; ageSeconds: number }> {
  try {
    // A guard asks for a key that it does not know, and takes it for a forged one for a minute if it is not here: it may be another instance's, and new.
    return { published: await keyRing.latest(), ageSeconds: 0 }
  } catch (error) {
    const copy = error instanceof DatabaseError ? keyRing.lastRead() : undefined
    if (copy === undefined) throw error
    return copy
  }
}
