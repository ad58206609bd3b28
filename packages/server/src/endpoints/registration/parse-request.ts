import { type TSchema, Type } from 'typebox'
import { type ClientDescription, type ClientInput, parseClient } from '../../domain/clients/parse-client.ts'
import type { RegistrationPolicy } from '../../domain/registrations/registration-token.ts'
import { isLoopbackHost } from '../../platform/http/is-loopback-host.ts'
import { parameterText } from '../parameter-text.ts'

const MOST_ITEMS = 50
const text = () => Type.Optional(parameterText(2000))
const texts = () => Type.Optional(Type.Array(parameterText(2000), { maxItems: MOST_ITEMS }))
const flag = () => Type.Optional(Type.Boolean())

// RFC 7591 §2: what is not understood is ignored; logos, links, contacts and versions are, since nobody vouches for them.
export const clientMetadataSchema: TSchema = Type.Object({
  redirect_uris: texts(),
  token_endpoint_auth_method: text(),
  grant_types: texts(),
  response_types: texts(),
  client_name: text(),
  scope: text(),
  application_type: text(),
  jwks: Type.Optional(Type.Object({})),
  jwks_uri: text(),
  id_token_signed_response_alg: text(),
  userinfo_signed_response_alg: text(),
  post_logout_redirect_uris: texts(),
  backchannel_logout_uri: text(),
  backchannel_logout_session_required: flag(),
  dpop_bound_access_tokens: flag(),
  require_pushed_authorization_requests: flag(),
})

/** What has passed that schema. */
export interface ClientMetadata {
  readonly redirect_uris?: readonly string[]
  readonly token_endpoint_auth_method?: string
  readonly grant_types?: readonly string[]
  readonly response_types?: readonly string[]
  readonly client_name?: string
  readonly application_type?: string
  readonly jwks?: object
  readonly jwks_uri?: string
  readonly id_token_signed_response_alg?: string
  readonly userinfo_signed_response_alg?: string
  readonly post_logout_redirect_uris?: readonly string[]
  readonly backchannel_logout_uri?: string
  readonly backchannel_logout_session_required?: boolean
  readonly dpop_bound_access_tokens?: boolean
  readonly require_pushed_authorization_requests?: boolean
  readonly software_statement?: unknown
}

/** RFC 7591 §2: how a client proves who it is at the token endpoint. */
const authMethods = ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'] as const
type AuthMethod = (typeof authMethods)[number]
type ApplicationType = 'native' | 'web'

/** RFC 7591 §3.2.2. */
export interface RegistrationError {
  readonly error: 'invalid_redirect_uri' | 'invalid_client_metadata' | 'unapproved_software_statement'
  readonly description: string
}

export type ParsedRegistration =
  | {
      readonly ok: true
      readonly client: ClientDescription
      readonly authMethod: AuthMethod
      readonly applicationType: ApplicationType
    }
  | { readonly ok: false; readonly error: RegistrationError }

/** What a client says of itself → what it may be registered as. */
export function parseRegistration(metadata: ClientMetadata, policy: RegistrationPolicy): ParsedRegistration {
  const { token_endpoint_auth_method = 'client_secret_basic', redirect_uris: redirectUris = [] } = metadata
  if (metadata.software_statement !== undefined) return unapproved()
  const authMethod = authMethods.find((known) => known === token_endpoint_auth_method)
  if (authMethod === undefined) return wrong(`token_endpoint_auth_method is one of ${authMethods.join(', ')}.`)
  const grants = (metadata.grant_types ?? ['authorization_code']).filter((grant) => policy.grants.includes(grant))
  const fault = findGrantFault(metadata, grants, policy) ?? findKeyFault(metadata, authMethod)
  if (fault !== undefined) return wrong(fault)
  const addressFault = findAddressFault(metadata, grants)
  if (addressFault !== undefined) return refuse('invalid_redirect_uri', addressFault)
  const parsed = parseClient({ ...describe(metadata, authMethod), grants, scopes: policy.scopes })
  if (!parsed.ok) return wrong(parsed.sentence)
  const applicationType = findApplicationType(metadata) ?? (redirectUris.every(isHttps) ? 'web' : 'native')
  return { ok: true, client: parsed.client, authMethod, applicationType }
}

function describe(metadata: ClientMetadata, authMethod: AuthMethod): ClientInput {
  const { redirect_uris: redirectUris = [], client_name = nameByAddress(redirectUris) } = metadata
  const keys = authMethod === 'private_key_jwt' ? { jwks: metadata.jwks, jwksUri: metadata.jwks_uri } : {}
  return {
    name: client_name,
    type: authMethod === 'none' ? 'public' : 'confidential',
    redirectUris,
    ...keys,
    idTokenAlgorithm: metadata.id_token_signed_response_alg,
    userinfoAlgorithm: metadata.userinfo_signed_response_alg,
    postLogoutRedirectUris: metadata.post_logout_redirect_uris,
    backchannelLogoutUri: metadata.backchannel_logout_uri,
    isBackchannelSessionRequired: metadata.backchannel_logout_session_required,
    isDpopRequired: metadata.dpop_bound_access_tokens,
    isPushRequired: metadata.require_pushed_authorization_requests,
  }
}

/** RFC 7591 §2: without a name people are shown something else; the host is what they would look at anyway. */
function nameByAddress([first = '']: readonly string[]): string {
  const { host = '', protocol = '' } = URL.canParse(first) ? new URL(first) : {}
  return host || protocol || 'An app'
}

function findGrantFault(
  { response_types }: ClientMetadata,
  grants: readonly string[],
  policy: RegistrationPolicy,
): string | undefined {
  // A refresh token comes with a code: alone it would be for apps that take passwords themselves.
  if (!grants.some((grant) => grant !== 'refresh_token'))
    return `grant_types must have one of ${policy.grants.filter((grant) => grant !== 'refresh_token').join(', ')}.`
  // RFC 7591 §2.1: the two go together.
  if (!grants.includes('authorization_code')) return undefined
  return (response_types ?? ['code']).includes('code')
    ? undefined
    : 'response_types must have code, as grant_types has authorization_code.'
}

function findKeyFault(metadata: ClientMetadata, authMethod: AuthMethod): string | undefined {
  const { jwks, jwks_uri, application_type, backchannel_logout_uri: logoutUri } = metadata
  if (authMethod === 'private_key_jwt' && jwks === undefined && jwks_uri === undefined)
    return 'private_key_jwt needs jwks or jwks_uri.'
  if (application_type !== undefined && findApplicationType(metadata) === undefined)
    return 'application_type is native or web.'
  // Strangers name no address in this network.
  return logoutUri === undefined || isHttps(logoutUri) ? undefined : 'backchannel_logout_uri must be https.'
}

function findAddressFault(metadata: ClientMetadata, grants: readonly string[]): string | undefined {
  const { redirect_uris: uris = [] } = metadata
  if (grants.includes('authorization_code') && uris.length === 0) return 'Name at least one redirect URI.'
  const probe = parseClient({ name: 'probe', type: 'public', redirectUris: uris, grants: [] })
  if (!probe.ok) return probe.sentence
  // OpenID Connect Registration §2: an app in the web is answered there, and not on somebody's own machine.
  const isWrong = findApplicationType(metadata) === 'web' && !uris.every((uri) => isHttps(uri) && !isLoopback(uri))
  return isWrong
    ? 'An app whose application_type is web has https redirect URIs, and none on a loopback host.'
    : undefined
}

function findApplicationType({ application_type }: ClientMetadata): ApplicationType | undefined {
  return (['native', 'web'] as const).find((known) => known === application_type)
}

function isHttps(uri: string): boolean {
  return uri.startsWith('https://')
}

function isLoopback(uri: string): boolean {
  return URL.canParse(uri) && isLoopbackHost(new URL(uri).hostname)
}

function wrong(description: string): ParsedRegistration {
  return refuse('invalid_client_metadata', description)
}

function unapproved(): ParsedRegistration {
  return refuse('unapproved_software_statement', 'Software statements are not taken here: leave it out.')
}

function refuse(error: RegistrationError['error'], description: string): ParsedRegistration {
  return { ok: false, error: { error, description } }
}
