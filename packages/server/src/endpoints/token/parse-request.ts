import { type TSchema, Type } from 'typebox'
import { grantTypes } from '../../domain/clients/parse-client.ts'
import { type OauthError, refuseRequest } from '../oauth-error.ts'
import { parameterText } from '../parameter-text.ts'

/** The body of `POST /token` on the wire. Unknown parameters are ignored (RFC 6749 §3.2). */
export interface TokenBody {
  readonly grant_type?: string
  readonly refresh_token?: string
  readonly code?: string
  readonly device_code?: string
  readonly redirect_uri?: string
  readonly code_verifier?: string
  readonly scope?: string
  readonly resource?: string
  readonly audience?: string
  readonly organization?: string
  readonly subject_token?: string
  readonly subject_token_type?: string
  readonly requested_token_type?: string
  readonly actor_token?: string
  readonly assertion?: string
}

const text = (maxLength: number) => Type.Optional(parameterText(maxLength))

export const tokenBodySchema: TSchema = Type.Object({
  grant_type: text(128),
  refresh_token: text(512),
  code: text(512),
  device_code: text(512),
  redirect_uri: text(2000),
  code_verifier: text(256),
  scope: text(4096),
  resource: text(512),
  audience: text(512),
  organization: text(128),
  subject_token: text(16_384),
  subject_token_type: text(128),
  requested_token_type: text(128),
  actor_token: text(16_384),
  assertion: text(16_384),
  client_id: text(2000),
  client_secret: text(256),
  client_assertion: text(16_384),
  client_assertion_type: text(128),
})

/** What every grant may ask for. */
export interface WantedTokens {
  readonly audience: string | undefined
  readonly scopes: readonly string[] | undefined
}

/** A refresh as the rooms inside speak of it. */
export interface RefreshRequest extends WantedTokens {
  /** Undefined: it may stand in the cookie. */
  readonly refreshToken: string | undefined
  /** The id or slug of the organization that the session is to act for; undefined: the one that it acts for. */
  readonly organization: string | undefined
}

/** A code as the rooms inside speak of it. */
export interface CodeRequest extends WantedTokens {
  readonly code: string
  readonly redirectUri: string | undefined
  readonly codeVerifier: string | undefined
}

/** A device's code as the rooms inside speak of it. */
export interface DeviceCodeRequest extends WantedTokens {
  readonly deviceCode: string
}

/** A token that is to be exchanged, as the rooms inside speak of it. */
export interface ExchangeRequest extends WantedTokens {
  readonly subjectToken: string
}

/** The word of a trusted issuer, as the rooms inside speak of it. */
export interface AssertionRequest extends WantedTokens {
  readonly assertion: string
}

export type TokenGrant =
  | { readonly grant: 'refresh_token'; readonly request: RefreshRequest }
  | { readonly grant: 'authorization_code'; readonly request: CodeRequest }
  | { readonly grant: typeof DEVICE_GRANT; readonly request: DeviceCodeRequest }
  | { readonly grant: 'client_credentials'; readonly request: WantedTokens }
  | { readonly grant: typeof EXCHANGE_GRANT; readonly request: ExchangeRequest }

/** An exchange, of whatever kind of token. */
export type ParsedExchange =
  | { readonly ok: true; readonly grant: typeof EXCHANGE_GRANT; readonly request: ExchangeRequest }
  | { readonly ok: false; readonly error: OauthError }

export type ParsedTokenRequest =
  | ({ readonly ok: true } & TokenGrant)
  | { readonly ok: false; readonly error: OauthError }

const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code'
const EXCHANGE_GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange'
/** RFC 8693 §3 */
export const ACCESS_TOKEN_URN = 'urn:ietf:params:oauth:token-type:access_token'

/** A long-lived key of a person or a client (decision 0032); RFC 8693 §3 lets others name types of their own. */
const API_KEY_URN = 'urn:ostiary:params:oauth:token-type:api_key'

/** A request that exchanges an API key, which is its credential, so that no client need be named; undefined for any other request. */
export function parseApiKeyExchange(body: TokenBody): ParsedExchange | undefined {
  if (body.grant_type !== EXCHANGE_GRANT || body.subject_token_type !== API_KEY_URN) return undefined
  const parsed = parseTokenRequest(body)
  return parsed.ok && parsed.grant !== EXCHANGE_GRANT ? undefined : parsed
}

/** RFC 6749 §4.1.3, §4.4.2, §6, RFC 8628 §3.4, RFC 8693 §2.1. `audience` is taken for `resource`, which is RFC 8707's name. */
export function parseTokenRequest(body: TokenBody): ParsedTokenRequest {
  const { grant_type: grant } = body
  if (!grant) return refuseRequest('invalid_request', 'Name the grant as grant_type.')
  const wanted = parseWanted(body)
  if (!wanted) return twoApis
  switch (grant) {
    case 'refresh_token':
      return { ok: true, grant, request: { ...wanted, ...parseRefresh(body) } }
    case 'authorization_code':
      return parseCode(body, wanted)
    case DEVICE_GRANT:
      return parseDeviceCode(body, wanted)
    case 'client_credentials':
      return { ok: true, grant, request: wanted }
    case EXCHANGE_GRANT:
      return parseExchange(body, wanted)
    default:
      return refuseRequest('unsupported_grant_type', `This server knows the grants ${grantTypes.join(', ')}.`)
  }
}

/** RFC 7523 §2.1 */
export function parseAssertionRequest(
  body: TokenBody,
): { readonly ok: true; readonly request: AssertionRequest } | { readonly ok: false; readonly error: OauthError } {
  const wanted = parseWanted(body)
  if (!wanted) return twoApis
  if (!body.assertion) return refuseRequest('invalid_request', 'Send the assertion as assertion.')
  return { ok: true, request: { ...wanted, assertion: body.assertion } }
}

function parseRefresh({ refresh_token, organization }: TokenBody): Omit<RefreshRequest, keyof WantedTokens> {
  return { refreshToken: refresh_token || undefined, organization: organization || undefined }
}

/** Undefined when two APIs are named. */
function parseWanted({ resource, audience, scope }: TokenBody): WantedTokens | undefined {
  if (resource && audience && resource !== audience) return undefined
  return {
    audience: resource || audience || undefined,
    scopes: scope ? scope.split(' ').filter((word) => word !== '') : undefined,
  }
}

function parseCode({ code, redirect_uri, code_verifier }: TokenBody, wanted: WantedTokens): ParsedTokenRequest {
  if (!code) return refuseRequest('invalid_request', 'Send the authorization code as code.')
  if (!code_verifier) return refuseRequest('invalid_request', 'Send the PKCE verifier as code_verifier.')
  const request = { ...wanted, code, redirectUri: redirect_uri || undefined, codeVerifier: code_verifier }
  return { ok: true, grant: 'authorization_code', request }
}

function parseDeviceCode({ device_code: deviceCode }: TokenBody, wanted: WantedTokens): ParsedTokenRequest {
  if (!deviceCode) return refuseRequest('invalid_request', 'Send the device code as device_code.')
  return { ok: true, grant: DEVICE_GRANT, request: { ...wanted, deviceCode } }
}

/** RFC 8693 §2.1. The actor is the client that asks, which has proved who it is; so there is no token of one. */
function parseExchange(body: TokenBody, wanted: WantedTokens): ParsedExchange {
  const { subject_token: subjectToken, subject_token_type, requested_token_type, actor_token } = body
  if (!subjectToken) return refuseRequest('invalid_request', 'Send the token to exchange as subject_token.')
  if (subject_token_type !== ACCESS_TOKEN_URN && subject_token_type !== API_KEY_URN) {
    return refuseRequest('invalid_request', `subject_token_type must be ${ACCESS_TOKEN_URN} or ${API_KEY_URN}.`)
  }
  if (requested_token_type && requested_token_type !== ACCESS_TOKEN_URN) {
    return refuseRequest('invalid_request', `requested_token_type must be ${ACCESS_TOKEN_URN}, or left out.`)
  }
  if (actor_token) return refuseRequest('invalid_request', 'Send no actor_token: the client that asks is the actor.')
  return { ok: true, grant: EXCHANGE_GRANT, request: { ...wanted, subjectToken } }
}

const twoApis = refuseRequest('invalid_request', 'resource and audience name two APIs.')
