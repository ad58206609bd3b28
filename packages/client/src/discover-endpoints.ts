import { ClientError } from './client-error.ts'
import type { ClientSettings } from './parse-options.ts'
import { sendRequest } from './send-request.ts'

export type EndpointName = 'login_endpoint' | 'token_endpoint' | 'logout_endpoint' | 'revocation_endpoint'

/** Finds an endpoint of the issuer by name. */
export type FindEndpoint = (name: EndpointName) => Promise<string>

/**
 * Reads the issuer's metadata when it is first needed, and keeps them; a failure is not kept.
 *
 * First below the issuer's own path, which a proxy that stands before the server forwards in any case; then where RFC 8414 puts it.
 *
 * @see OpenID Connect Discovery §4, RFC 8414 §3
 */
export function discoverEndpoints(settings: ClientSettings): FindEndpoint {
  let reading: Promise<Readonly<Record<string, unknown>>> | undefined
  return async (name) => {
    reading ??= readMetadata(settings)
    const metadata = await reading.catch((error: unknown) => {
      reading = undefined
      throw error
    })
    return checkEndpoint(settings, name, metadata[name])
  }
}

async function readMetadata(settings: ClientSettings): Promise<Readonly<Record<string, unknown>>> {
  const { origin, pathname } = settings.issuer
  const path = pathname.replace(/\/$/, '')
  const urls = [
    `${origin}${path}/.well-known/openid-configuration`,
    `${origin}/.well-known/oauth-authorization-server${path}`,
  ]
  const tried: string[] = []
  for (const url of urls) {
    const { status, body } = await sendRequest(settings, url)
    // RFC 8414 §3.3: metadata of another issuer are not used.
    if (status === 200 && body.issuer === settings.issuerText) return body
    tried.push(`${url} (${status})`)
  }
  throw new ClientError('misconfigured', `There is no metadata of this issuer at ${tried.join(' nor at ')}.`)
}

function checkEndpoint({ issuer }: ClientSettings, name: EndpointName, endpoint: unknown): string {
  const url = typeof endpoint === 'string' ? URL.parse(endpoint) : null
  // Passwords and refresh tokens go there: never to a weaker protocol than the issuer's.
  if (url && (url.protocol === 'https:' || url.origin === issuer.origin)) return url.href
  throw new ClientError('misconfigured', `The metadata of the issuer name no ${name} that can be used.`)
}
