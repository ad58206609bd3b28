import type { FastifyRequest } from 'fastify'
import { authenticateByAssertion } from '../domain/assertions/authenticate-by-assertion.ts'
import { type ReadAssertion, readAssertion } from '../domain/assertions/read-assertion.ts'
import type { AssertionDeps } from '../domain/assertions/verify-assertion.ts'
import { authenticateClient, type ClientCredentials } from '../domain/clients/authenticate-client.ts'
import type { Client } from '../domain/clients/client.ts'
import { isOperatorsClient } from '../domain/clients/is-operators-client.ts'
import type { Database } from '../platform/database/database.ts'
import type { OauthError } from './oauth-error.ts'

/** Far more than an id or a secret of ours has. */
const LONGEST_CREDENTIAL = 1024
/** RFC 7523 §2.2 */
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

export interface ClientAuthenticationDeps {
  readonly database: Database
  readonly assertions: AssertionDeps
}

export type ReadCredentials =
  | {
      readonly ok: true
      readonly credentials: ClientCredentials
      /** What is to prove the id, instead of a secret. */
      readonly assertion: ReadAssertion | undefined
      readonly triedBasic: boolean
    }
  | { readonly ok: false; readonly error: OauthError }

export type AuthenticatedClient =
  | { readonly ok: true; readonly client: Client }
  | { readonly ok: false; readonly error: OauthError }

/** RFC 8414 §2: how clients of each kind prove who they are. */
export const confidentialAuthMethods: readonly string[] = [
  'client_secret_basic',
  'client_secret_post',
  'private_key_jwt',
]
export const allAuthMethods: readonly string[] = ['none', ...confidentialAuthMethods]

const credentialParameters = ['client_id', 'client_secret', 'client_assertion', 'client_assertion_type']

/** Whether a request says anything of its client. */
export function presentsClient({ headers, body }: FastifyRequest): boolean {
  const parameters = readParameters(body)
  return headers.authorization !== undefined || credentialParameters.some((name) => parameters[name])
}

/** What a request says of its client, by Basic or in its form, before anything of it is proved. @see RFC 6749 §2.3.1, RFC 7521 §4.2 */
export function readCredentials(request: FastifyRequest): ReadCredentials {
  const { authorization } = request.headers
  if (!isSoundlySent(request)) return invalidRequest('Send each credential once, and as text.')
  const parameters = readParameters(request.body)
  const triedBasic = authorization !== undefined
  const asserts = 'client_assertion' in parameters || 'client_assertion_type' in parameters
  // RFC 6749 §2.3: not more than one way in each request.
  if ([triedBasic, 'client_secret' in parameters, asserts].filter(Boolean).length > 1) {
    return invalidRequest('Use one way of client authentication.')
  }
  if (asserts) return readAssertedClient(parameters)
  const credentials = triedBasic ? parseBasic(authorization) : fromForm(parameters)
  // RFC 6749 §2.3: what stands beside the header may name the same client, and nobody else.
  if (credentials && (parameters.client_id || credentials.clientId) !== credentials.clientId) {
    return refuse({
      status: 400,
      error: 'invalid_request',
      description: 'client_id is another client than the header.',
    })
  }
  const isSound = credentials && isText(credentials.clientId) && isText(credentials.secret ?? '')
  if (!isSound) return refuse(invalidClient(triedBasic))
  return { ok: true, credentials, assertion: undefined, triedBasic }
}

/** Node takes the first of several such headers, and parameters of JSON can be anything. */
function isSoundlySent({ raw, body }: FastifyRequest): boolean {
  const members = new Map(Object.entries(typeof body === 'object' && body !== null ? body : {}))
  const isText = (name: string) => ['string', 'undefined'].includes(typeof members.get(name))
  return (raw.headersDistinct.authorization?.length ?? 0) <= 1 && credentialParameters.every(isText)
}

/** RFC 7521 §4.2: the assertion names its client, and a `client_id` beside it names the same. */
function readAssertedClient({
  client_id,
  client_assertion,
  client_assertion_type,
}: Readonly<Record<string, string>>): ReadCredentials {
  if (!client_assertion || !client_assertion_type) {
    return invalidRequest('Send client_assertion and client_assertion_type together.')
  }
  if (client_assertion_type !== ASSERTION_TYPE) return refuse(invalidClient(false))
  const assertion = readAssertion(client_assertion)
  const clientId = assertion?.claims.iss
  const isSound = typeof clientId === 'string' && isText(clientId) && (client_id ?? clientId) === clientId
  if (!assertion || !isSound) {
    return refuse({ ...invalidClient(false), reason: 'malformed' })
  }
  return { ok: true, credentials: { clientId, secret: undefined }, assertion, triedBasic: false }
}

/** RFC 6749 Appendix A: ids and secrets have no control characters, and what can't be stored is nobody's. */
function isText(value: string): boolean {
  return value.length <= LONGEST_CREDENTIAL && /^[^\p{Cc}\p{Cs}]*$/u.test(value)
}

/** The client that sends a request. */
export async function authenticateRequest(
  deps: ClientAuthenticationDeps,
  request: FastifyRequest,
): Promise<AuthenticatedClient> {
  const read = readCredentials(request)
  return read.ok ? authenticateCredentials(deps, read) : read
}

/** The client whose credentials were read. */
export async function authenticateCredentials(
  { database, assertions }: ClientAuthenticationDeps,
  { credentials, assertion, triedBasic }: Extract<ReadCredentials, { ok: true }>,
): Promise<AuthenticatedClient> {
  if (assertion === undefined) {
    const client = await authenticateClient(database.read, credentials, assertions.clock.now())
    return client ? { ok: true, client } : refuse(invalidClient(triedBasic))
  }
  const asserted = await authenticateByAssertion(assertions, credentials.clientId, assertion)
  if (asserted.ok) return asserted
  return refuse({ ...invalidClient(false), reason: asserted.reason })
}

/** The confidential client that sends a request. One that a document describes, or that registered itself, the operator never let in. */
export async function authenticateConfidentialRequest(
  deps: ClientAuthenticationDeps,
  request: FastifyRequest,
): Promise<AuthenticatedClient> {
  const authenticated = await authenticateRequest(deps, request)
  if (!authenticated.ok) return authenticated
  const { client } = authenticated
  return client.type === 'confidential' && isOperatorsClient(client) ? authenticated : refuse(invalidClient(true))
}

function refuse(error: OauthError): { readonly ok: false; readonly error: OauthError } {
  return { ok: false, error }
}

function invalidRequest(description: string): { readonly ok: false; readonly error: OauthError } {
  return refuse({ status: 400, error: 'invalid_request', description })
}

/** The parameters of a form or of JSON that are texts. RFC 6749 §3.2: an empty one counts as omitted. */
export function readParameters(body: unknown): Readonly<Record<string, string>> {
  const members = Object.entries(typeof body === 'object' && body !== null ? body : {})
  return Object.fromEntries(
    members.filter((member): member is [string, string] => typeof member[1] === 'string' && member[1] !== ''),
  )
}

function fromForm({ client_id, client_secret }: Readonly<Record<string, string>>): ClientCredentials | undefined {
  return client_id ? { clientId: client_id, secret: client_secret || undefined } : undefined
}

/** RFC 7617, with both halves encoded as in a form. An empty secret is none (RFC 6749 §2.3.1): so some libraries send who has but an id. */
function parseBasic(header: string): ClientCredentials | undefined {
  const [, encoded] = /^Basic +([A-Za-z0-9+/]+=*)$/i.exec(header) ?? []
  const text = Buffer.from(encoded ?? '', 'base64').toString()
  const colon = text.indexOf(':')
  if (colon < 1) return undefined
  try {
    return { clientId: decode(text.slice(0, colon)), secret: decode(text.slice(colon + 1)) || undefined }
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
