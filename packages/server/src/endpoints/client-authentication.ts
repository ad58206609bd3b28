import type { FastifyRequest } from 'fastify'
import { authenticateClient, type ClientCredentials } from '../domain/clients/authenticate-client.ts'
import type { Client } from '../domain/clients/client.ts'
import type { Queries } from '../platform/database/database.ts'
import type { OauthError } from './oauth-error.ts'

/** Far more than an id or a secret of ours has. */
const LONGEST_CREDENTIAL = 1024

export type ReadCredentials =
  | { readonly ok: true; readonly credentials: ClientCredentials; readonly triedBasic: boolean }
  | { readonly ok: false; readonly error: OauthError }

export type AuthenticatedClient =
  | { readonly ok: true; readonly client: Client }
  | { readonly ok: false; readonly error: OauthError }

/** RFC 8414 §2: how clients of each kind prove who they are. */
export const confidentialAuthMethods: readonly string[] = ['client_secret_basic', 'client_secret_post']
export const allAuthMethods: readonly string[] = ['none', ...confidentialAuthMethods]

/** What a request says of its client, by Basic or in its form, before anything of it is proved. @see RFC 6749 §2.3.1 */
export function readCredentials(request: FastifyRequest): ReadCredentials {
  const { authorization } = request.headers
  const parameters = readParameters(request.body)
  const triedBasic = authorization !== undefined
  if (triedBasic && 'client_secret' in parameters) {
    return refuse({ status: 400, error: 'invalid_request', description: 'Use one way of client authentication.' })
  }
  const credentials = triedBasic ? parseBasic(authorization) : fromForm(parameters)
  const isSound = credentials && isText(credentials.clientId) && isText(credentials.secret ?? '')
  return isSound ? { ok: true, credentials, triedBasic } : refuse(invalidClient(triedBasic))
}

/** Whether a request says anything of a client. RFC 6749 §3.1: an empty parameter counts as left out. */
export function namesClient(request: FastifyRequest): boolean {
  const { client_id, client_secret, client_assertion } = readParameters(request.body)
  return request.headers.authorization !== undefined || Boolean(client_id || client_secret || client_assertion)
}

/** RFC 6749 Appendix A: ids and secrets have no control characters, and what can't be stored is nobody's. */
function isText(value: string): boolean {
  return value.length <= LONGEST_CREDENTIAL && /^[^\p{Cc}\p{Cs}]*$/u.test(value)
}

/** The client that sends a request. */
export async function authenticateRequest(sql: Queries, request: FastifyRequest): Promise<AuthenticatedClient> {
  const read = readCredentials(request)
  return read.ok ? authenticateCredentials(sql, read) : read
}

/** The client whose credentials were read. */
export async function authenticateCredentials(
  sql: Queries,
  { credentials, triedBasic }: Extract<ReadCredentials, { ok: true }>,
): Promise<AuthenticatedClient> {
  const client = await authenticateClient(sql, credentials)
  return client ? { ok: true, client } : refuse(invalidClient(triedBasic))
}

/** The confidential client that sends a request. */
export async function authenticateConfidentialRequest(
  sql: Queries,
  request: FastifyRequest,
): Promise<AuthenticatedClient> {
  const authenticated = await authenticateRequest(sql, request)
  if (!authenticated.ok || authenticated.client.type === 'confidential') return authenticated
  return refuse(invalidClient(true))
}

function refuse(error: OauthError): { readonly ok: false; readonly error: OauthError } {
  return { ok: false, error }
}

/** The parameters of a form or of JSON that are texts. */
export function readParameters(body: unknown): Readonly<Record<string, string>> {
  const members = Object.entries(typeof body === 'object' && body !== null ? body : {})
  return Object.fromEntries(members.filter((member): member is [string, string] => typeof member[1] === 'string'))
}

function fromForm({ client_id, client_secret }: Readonly<Record<string, string>>): ClientCredentials | undefined {
  return client_id ? { clientId: client_id, secret: client_secret || undefined } : undefined
}

/** RFC 7617, with both halves encoded as in a form. */
function parseBasic(header: string): ClientCredentials | undefined {
  const [, encoded] = /^Basic +([A-Za-z0-9+/]+=*)$/i.exec(header) ?? []
  const text = Buffer.from(encoded ?? '', 'base64').toString()
  const colon = text.indexOf(':')
  if (colon < 1) return undefined
  try {
    return { clientId: decode(text.slice(0, colon)), secret: decode(text.slice(colon + 1)) }
  } catch {
    return undefined
  }
}

function decode(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '))
}

/** RFC 6749 §5.2: 401, with the scheme that was tried. */
function invalidClient(triedBasic: boolean): OauthError {
  return {
    status: 401,
    error: 'invalid_client',
    description: 'The client is not known, or did not prove who it is.',
    ...(triedBasic && { headers: { 'www-authenticate': 'Basic realm="ostiary"' } }),
  }
}
