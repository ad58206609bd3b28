import { type ClientDescription, type ClientInput, parseClient } from '../clients/parse-client.ts'
import { isDisplayName } from '../names/display-name.ts'
import { isServerScope } from '../names/scope-token.ts'

export type ParsedClientDocument =
  | { readonly ok: true; readonly client: ClientDescription }
  | { readonly ok: false; readonly sentence: string }

/** Grants of a client that acts for people. Others that a document names are left out. */
const usableGrants = ['authorization_code', 'refresh_token']

/**
 * The document at a client id's URL → the client that it describes, or a sentence for its developer.
 *
 * @see draft-ietf-oauth-client-id-metadata-document-02 §4, RFC 7591 §2
 */
export function parseClientDocument(url: URL, body: Uint8Array): ParsedClientDocument {
  const document = readObject(body)
  if (document === undefined) return wrong('The document is not one JSON object in UTF-8.')
  const fault = findFault(document, url)
  if (fault !== undefined) return wrong(fault)
  const {
    client_name,
    redirect_uris,
    grant_types = ['authorization_code'],
    scope,
    post_logout_redirect_uris,
  } = document
  if (!isTexts(redirect_uris) || !isTexts(post_logout_redirect_uris ?? [])) {
    return wrong('redirect_uris and post_logout_redirect_uris are lists of texts.')
  }
  if (!isTexts(grant_types) || !grant_types.includes('authorization_code')) {
    return wrong('grant_types must contain authorization_code.')
  }
  return parseClient({
    name: nameClient(client_name, url),
    ...parseAuthentication(document),
    redirectUris: redirect_uris,
    grants: grant_types.filter((grant) => usableGrants.includes(grant)),
    scopes: typeof scope === 'string' ? scope.split(' ').filter((word) => word !== '' && !isServerScope(word)) : [],
    isDpopRequired: document.dpop_bound_access_tokens === true,
    postLogoutRedirectUris: isTexts(post_logout_redirect_uris) ? post_logout_redirect_uris : [],
  })
}

function findFault(document: Readonly<Record<string, unknown>>, url: URL): string | undefined {
  const { client_id, token_endpoint_auth_method: method = 'none', response_types = ['code'] } = document
  if (client_id !== url.href) return 'Its client_id must be exactly the URL that it is at.'
  if ('client_secret' in document || 'client_secret_expires_at' in document) return 'It must hold no client_secret.'
  // Draft -02 §4.1: nothing symmetric, since there is nobody to share a secret with.
  if (method !== 'none' && method !== 'private_key_jwt') {
    return 'token_endpoint_auth_method must be none or private_key_jwt.'
  }
  if (method === 'private_key_jwt' && !('jwks' in document || 'jwks_uri' in document)) {
    return 'private_key_jwt needs jwks or jwks_uri.'
  }
  if (!isTexts(response_types) || !response_types.includes('code')) return 'response_types must contain code.'
  const algorithm = document.id_token_signed_response_alg ?? 'ES256'
  return algorithm === 'ES256' ? undefined : 'id_token_signed_response_alg must be ES256.'
}

/** RFC 7591 §2: a client with `private_key_jwt` proves who it is by its keys, and is confidential by that. */
function parseAuthentication({
  token_endpoint_auth_method: method,
  jwks,
  jwks_uri,
}: Readonly<Record<string, unknown>>): Pick<ClientInput, 'type' | 'jwks' | 'jwksUri'> {
  if (method !== 'private_key_jwt') return { type: 'public' }
  // What is no text is no URL either, and is refused as such.
  const jwksUri = jwks_uri === undefined || typeof jwks_uri === 'string' ? jwks_uri : ''
  return { type: 'confidential', jwks, jwksUri }
}

/** The name that it gives itself, and the host that answers for it: anybody can take any name, but not any host. */
function nameClient(given: unknown, { host }: URL): string {
  if (typeof given !== 'string') return host
  const name = `${given} (${host})`
  return isDisplayName(given) && isDisplayName(name) ? name : host
}

function readObject(body: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
  } catch {
    return undefined
  }
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length <= 50 && value.every((one) => typeof one === 'string')
}

function wrong(sentence: string): ParsedClientDocument {
  return { ok: false, sentence }
}
