import type { FastifyRequest } from 'fastify'
import { authenticateClient, type ClientCredentials } from '../domain/clients/authenticate-client.ts'
import type { Client } from '../domain/clients/client.ts'
import type { Queries } from '../platform/database/database.ts'
import { OAuthError } from './oauth-error.ts'

/** How clients prove who they are, as metadata name it (RFC 8414 §2). */
export const clientAuthenticationMethods = ['none', 'client_secret_basic', 'client_secret_post'] as const

export interface ClientParameters {
  readonly client_id?: string
  readonly client_secret?: string
}

/** What the request says of its client, which is not proved yet. */
export interface PresentedClient extends ClientCredentials {
  readonly usedBasic: boolean
}

/**
 * Reads a client's credentials from the Authorization header or the body.
 *
 * @throws OAuthError `invalid_request` for both at once, `invalid_client` for none or a malformed header.
 * @see RFC 6749 §2.3.1
 */
export function parseClientCredentials(request: FastifyRequest, body: ClientParameters): PresentedClient {
  const { client_id: id, client_secret: secret } = body
  const basic = /^basic +([\w+/]+=*)$/i.exec(request.headers.authorization ?? '')?.[1]
  if (request.headers.authorization === undefined) {
    if (!id) throw new OAuthError('invalid_client', 'Name the client as client_id.')
    return { clientId: id, clientSecret: secret || undefined, usedBasic: false }
  }
  if (secret !== undefined)
    throw new OAuthError('invalid_request', 'Send the credentials of the client in one way only.')
  const text = Buffer.from(basic ?? '', 'base64').toString('utf8')
  const at = text.indexOf(':')
  const clientId = at < 0 ? undefined : decode(text.slice(0, at))
  const clientSecret = decode(text.slice(at + 1))
  if (!clientId || !clientSecret) throw refuseClient({ usedBasic: true })
  if (id !== undefined && id !== clientId) throw new OAuthError('invalid_request', 'Two clients are named.')
  return { clientId, clientSecret, usedBasic: true }
}

/**
 * The client that the request proves.
 *
 * @throws OAuthError `invalid_client`
 */
export async function requireClient(sql: Queries, presented: PresentedClient): Promise<Client> {
  const client = await authenticateClient(sql, presented)
  if (client) return client
  throw refuseClient(presented)
}

/** RFC 6749 §5.2: who tried the Authorization header is told its scheme. */
function refuseClient({ usedBasic }: { readonly usedBasic: boolean }): OAuthError {
  const headers = usedBasic ? { 'www-authenticate': 'Basic realm="ostiary"' } : {}
  return new OAuthError('invalid_client', 'The client is unknown, or its credentials are wrong.', headers)
}

/** RFC 6749 §2.3.1 and appendix B: both parts are encoded as in a form. */
function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return undefined
  }
}
