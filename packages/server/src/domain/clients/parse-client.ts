import { isLoopbackHost } from '../../platform/http/is-loopback-host.ts'
import { DISPLAY_NAME_SENTENCE, isDisplayName } from '../names/display-name.ts'
import { isScopeToken, SCOPE_TOKEN_SENTENCE } from '../names/scope-token.ts'
import { type ClientType, type IdTokenAlgorithm, idTokenAlgorithms } from './client.ts'
import { parseDuration } from './parse-duration.ts'
import { APP_SESSION_LIMITS, type SessionLimits } from './session-limits.ts'

/** Grant types that a client can be registered for (RFC 7591 §2). */
export const grantTypes = [
  'authorization_code',
  'refresh_token',
  'client_credentials',
  'urn:ietf:params:oauth:grant-type:token-exchange',
] as const

const confidentialGrants: readonly string[] = ['client_credentials', 'urn:ietf:params:oauth:grant-type:token-exchange']

/** What an operator says of a client, checked. */
export interface ClientDescription {
  readonly name: string
  readonly type: ClientType
  readonly redirectUris: readonly string[]
  readonly grants: readonly string[]
  readonly scopes: readonly string[]
  readonly isFirstParty: boolean
  readonly idTokenAlgorithm: IdTokenAlgorithm
  readonly postLogoutRedirectUris: readonly string[]
  readonly sessionLimits: SessionLimits
}

export type ParsedClient =
  | { readonly ok: true; readonly client: ClientDescription }
  | { readonly ok: false; readonly sentence: string }

/** Text as given on a command line or in a request → a client that can be registered, or a sentence that says what to change. */
export function parseClient(input: {
  name: string
  type: string
  redirectUris?: readonly string[] | undefined
  grants?: readonly string[] | undefined
  scopes?: readonly string[] | undefined
  /** Default: it is a stranger's app, and people are asked whether they agree. */
  isFirstParty?: boolean | undefined
  /** Default: ES256. */
  idTokenAlgorithm?: string | undefined
  postLogoutRedirectUris?: readonly string[] | undefined
  /** Such as `30d`. Default: 30 days. */
  idle?: string | undefined
  /** Such as `365d`. Default: a year. */
  lifetime?: string | undefined
}): ParsedClient {
  const { name, type, redirectUris = [], scopes = [], postLogoutRedirectUris = [] } = input
  const idTokenAlgorithm = idTokenAlgorithms.find((known) => known === (input.idTokenAlgorithm ?? 'ES256'))
  const grants = input.grants ?? defaultGrants(type, redirectUris)
  const wrong = (sentence: string): ParsedClient => ({ ok: false, sentence })
  if (!isDisplayName(name)) return wrong(DISPLAY_NAME_SENTENCE)
  if (type !== 'public' && type !== 'confidential') return wrong('The type must be public or confidential.')
  if (idTokenAlgorithm === undefined) return wrong(`ID tokens are signed with ${idTokenAlgorithms.join(' or ')}.`)
  if (![...redirectUris, ...postLogoutRedirectUris].every(isRedirectUri)) {
    return wrong(
      'A redirect URI must be absolute and without fragment: https, http on a loopback address, or a private scheme such as com.example.app:/callback.',
    )
  }
  if (!grants.every((grant) => grantTypes.some((known) => known === grant))) {
    return wrong(`A grant must be one of ${grantTypes.join(', ')}.`)
  }
  const guarded = grants.find((grant) => confidentialGrants.includes(grant))
  if (type === 'public' && guarded !== undefined) {
    return wrong(
      `A public client cannot have the grant ${guarded}: it has no secret to prove who it is (RFC 6749 §4.4, RFC 8693 §2.1).`,
    )
  }
  if (grants.includes('authorization_code') && redirectUris.length === 0) {
    return wrong('The grant authorization_code needs at least one redirect URI.')
  }
  if (!scopes.every(isScopeToken)) {
    return wrong(SCOPE_TOKEN_SENTENCE)
  }
  const sessionLimits = parseLimits(input.idle, input.lifetime)
  if (!sessionLimits) {
    return wrong(
      'Idle and lifetime of sessions are durations such as 90m, 12h or 30d, a year at most, and idle is the shorter one.',
    )
  }
  const unique = (values: readonly string[]) => [...new Set(values)]
  return {
    ok: true,
    client: {
      name,
      type,
      redirectUris: unique(redirectUris),
      grants: unique(grants),
      scopes: unique(scopes),
      isFirstParty: input.isFirstParty ?? false,
      idTokenAlgorithm,
      postLogoutRedirectUris: unique(postLogoutRedirectUris),
      sessionLimits,
    },
  }
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
