import { isLoopbackHost } from '../../platform/http/is-loopback-host.ts'
import { parseRequiredFactor, REQUIRED_FACTOR_SENTENCE } from '../assurance/required-factor.ts'
import { DISPLAY_NAME_SENTENCE, isDisplayName } from '../names/display-name.ts'
import { isScopeToken, SCOPE_TOKEN_SENTENCE } from '../names/scope-token.ts'
import { type Client, type ClientType, idTokenAlgorithms } from './client.ts'
import { parseClientKeys } from './parse-client-keys.ts'
import { parseDuration } from './parse-duration.ts'
import { APP_SESSION_LIMITS, type SessionLimits } from './session-limits.ts'

/** RFC 7523 §2.1 */
export const JWT_BEARER_GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

/** Grant types that a client can be registered for (RFC 7591 §2). */
export const grantTypes = [
  'authorization_code',
  'refresh_token',
  'urn:ietf:params:oauth:grant-type:device_code',
  'client_credentials',
  'urn:ietf:params:oauth:grant-type:jwt-bearer',
  'urn:ietf:params:oauth:grant-type:token-exchange',
] as const

const confidentialGrants: readonly string[] = ['client_credentials', 'urn:ietf:params:oauth:grant-type:token-exchange']

const REDIRECT_URI_SENTENCE =
  'A redirect URI must be absolute and without fragment: https, http on a loopback address, or a private scheme such as com.example.app:/callback.'
const LIMITS_SENTENCE =
  'Idle and lifetime of sessions are durations such as 90m, 12h or 30d, a year at most, and idle is the shorter one.'

/** What an operator says of a client, checked. */
export type ClientDescription = Omit<Client, 'id' | 'createdAt' | 'documentFreshUntil' | 'registeredBy'>

export type ParsedClient =
  | { readonly ok: true; readonly client: ClientDescription }
  | { readonly ok: false; readonly sentence: string }

/** What is said of a client, on a command line or in a request. */
export interface ClientInput {
  readonly name: string
  readonly type: string
  readonly redirectUris?: readonly string[] | undefined
  readonly grants?: readonly string[] | undefined
  readonly scopes?: readonly string[] | undefined
  /** Default: it is a stranger's app, and people are asked whether they agree. */
  readonly isFirstParty?: boolean | undefined
  /** Default: ES256. */
  readonly idTokenAlgorithm?: string | undefined
  readonly postLogoutRedirectUris?: readonly string[] | undefined
  /** Default: userinfo is plain JSON. */
  readonly userinfoAlgorithm?: string | undefined
  readonly backchannelLogoutUri?: string | undefined
  readonly isBackchannelSessionRequired?: boolean | undefined
  /** RFC 7517 §5. */
  readonly jwks?: unknown
  readonly jwksUri?: string | undefined
  readonly isDpopRequired?: boolean | undefined
  readonly isPushRequired?: boolean | undefined
  /** Such as `mfa`. Default: none. */
  readonly requiredFactor?: string | undefined
  /** Such as `30d`. Default: 30 days. */
  readonly idle?: string | undefined
  /** Such as `365d`. Default: a year. */
  readonly lifetime?: string | undefined
}

/** Text as given on a command line or in a request → a client that can be registered, or a sentence that says what to change. */
export function parseClient(input: ClientInput): ParsedClient {
  const { name, redirectUris = [], scopes = [], postLogoutRedirectUris = [], backchannelLogoutUri: uri } = input
  const grants = input.grants ?? defaultGrants(input.type, redirectUris)
  const type = input.type === 'public' || input.type === 'confidential' ? input.type : undefined
  if (type === undefined) return wrong('The type must be public or confidential.')
  const fault = findTextFault(input) ?? findGrantFault(type, grants, redirectUris)
  if (fault !== undefined) return wrong(fault)
  const sessionLimits = parseLimits(input.idle, input.lifetime)
  if (!sessionLimits) return wrong(LIMITS_SENTENCE)
  const algorithms = parseAlgorithms(input)
  if (!algorithms) return wrong(`ID tokens and userinfo are signed with ${idTokenAlgorithms.join(' or ')}.`)
  const parsedKeys = parseClientKeys(input)
  if (!parsedKeys.ok) return parsedKeys
  const { keys } = parsedKeys
  if (keys && type === 'public') return wrong('A public client has no keys: with keys it is confidential.')
  const client: ClientDescription = {
    ...{ name, type, sessionLimits, keys, ...algorithms },
    redirectUris: unique(redirectUris),
    grants: unique(grants),
    scopes: unique(scopes),
    isFirstParty: input.isFirstParty === true,
    postLogoutRedirectUris: unique(postLogoutRedirectUris),
    backchannelLogout:
      uri === undefined ? undefined : { uri, isSessionRequired: input.isBackchannelSessionRequired ?? false },
    isDpopRequired: input.isDpopRequired === true,
    isPushRequired: input.isPushRequired === true,
    requiredAcr: parseRequiredFactor(input.requiredFactor),
  }
  return { ok: true, client }
}

function wrong(sentence: string): ParsedClient {
  return { ok: false, sentence }
}

function findTextFault(input: ClientInput): string | undefined {
  const { name, redirectUris = [], postLogoutRedirectUris = [], scopes = [], backchannelLogoutUri } = input
  const { requiredFactor } = input
  if (requiredFactor !== undefined && parseRequiredFactor(requiredFactor) === undefined) return REQUIRED_FACTOR_SENTENCE
  if (!isDisplayName(name)) return DISPLAY_NAME_SENTENCE
  if (![...redirectUris, ...postLogoutRedirectUris].every(isRedirectUri)) return REDIRECT_URI_SENTENCE
  if (!scopes.every(isScopeToken)) return SCOPE_TOKEN_SENTENCE
  if (backchannelLogoutUri === undefined || isBackchannelUri(backchannelLogoutUri)) return undefined
  return 'The back-channel logout URI must be https, or http on a loopback address, without fragment.'
}

function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values)]
}

function findGrantFault(
  type: ClientType,
  grants: readonly string[],
  redirectUris: readonly string[],
): string | undefined {
  if (!grants.every((grant) => grantTypes.some((known) => known === grant)))
    return `A grant must be one of ${grantTypes.join(', ')}.`
  const guarded = grants.find((grant) => confidentialGrants.includes(grant))
  if (type === 'public' && guarded !== undefined)
    return `A public client cannot have the grant ${guarded}: it has no secret to prove who it is (RFC 6749 §4.4, RFC 8693 §2.1).`
  const isIncomplete = grants.includes('authorization_code') && redirectUris.length === 0
  return isIncomplete ? 'The grant authorization_code needs at least one redirect URI.' : undefined
}

function parseAlgorithms({
  idTokenAlgorithm = 'ES256',
  userinfoAlgorithm,
}: ClientInput): Pick<Client, 'idTokenAlgorithm' | 'userinfoAlgorithm'> | undefined {
  const find = (name: string | undefined) => idTokenAlgorithms.find((known) => known === name)
  const forIdTokens = find(idTokenAlgorithm)
  const forUserinfo = find(userinfoAlgorithm)
  if (!forIdTokens || forUserinfo !== userinfoAlgorithm) return undefined
  return { idTokenAlgorithm: forIdTokens, userinfoAlgorithm: forUserinfo }
}

function isBackchannelUri(text: string): boolean {
  return isRedirectUri(text) && /^https?:/.test(text)
}

/** What a client of this kind can't do without. */
function defaultGrants(type: string, redirectUris: readonly string[]): readonly string[] {
  if (redirectUris.length > 0) return ['authorization_code', 'refresh_token']
  // It logs people in with their password, at `POST /login`.
  return type === 'public' ? ['refresh_token'] : []
}

function parseLimits(idle: string | undefined, lifetime: string | undefined): SessionLimits | undefined {
  const { idleMilliseconds, absoluteMilliseconds } = APP_SESSION_LIMITS
  const absolute = lifetime === undefined ? absoluteMilliseconds : parseDuration(lifetime)
  const unused = idle === undefined ? Math.min(idleMilliseconds, absolute ?? 0) : parseDuration(idle)
  if (unused === undefined || absolute === undefined || unused > absolute) return undefined
  return { idleMilliseconds: unused, absoluteMilliseconds: absolute }
}

/** RFC 6749 §3.1.2 and RFC 8252 §7: absolute, no fragment, https or loopback http or a private-use scheme with a dot in it. */
function isRedirectUri(text: string): boolean {
  if (!/^[\x21-\x7e]{1,2000}$/.test(text) || text.includes('#') || !URL.canParse(text)) return false
  const { protocol, hostname, username, password } = new URL(text)
  if (username || password) return false
  if (protocol === 'https:') return true
  if (protocol === 'http:') return isLoopbackHost(hostname)
  return protocol.includes('.')
}
