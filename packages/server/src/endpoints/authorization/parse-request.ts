import { describeRefusedAccess, type ResolvedAccess } from '../../domain/apis/resolve-access.ts'
import { resolveGrant } from '../../domain/apis/resolve-grant.ts'
import type { AuthorizationRequest } from '../../domain/authorizations/authorization-request.ts'
import type { Client } from '../../domain/clients/client.ts'
import type { KeyRing } from '../../domain/keys/key-ring.ts'
import { isIdentityScope } from '../../domain/names/identity-scopes.ts'
import { isScopeToken } from '../../domain/names/scope-token.ts'
import { verifyIdTokenHint } from '../../domain/tokens/issue-id-token.ts'
import type { Database } from '../../platform/database/database.ts'
import type { FrontChannelParameters } from '../front-channel-parameters.ts'
import type { AddressedClient } from './address-client.ts'

/** RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.6, RFC 8707 §2. */
export interface AuthorizationError {
  readonly error: string
  /** One sentence that tells the developer what to change. */
  readonly description: string
}

export type ParsedAuthorization =
  | { readonly ok: true; readonly request: AuthorizationRequest }
  | { readonly ok: false; readonly error: AuthorizationError }

export interface ParseDeps {
  readonly issuer: string
  readonly database: Database
  readonly keyRing: KeyRing
}

const PROMPTS = ['none', 'login', 'consent', 'select_account']
const LONGEST_NONCE = 1024

/** Checks what a client asks for, once it is known where errors go. */
export async function parseAuthorization(
  deps: ParseDeps,
  { client, redirectUri }: AddressedClient,
  { values, faulty }: FrontChannelParameters,
): Promise<ParsedAuthorization> {
  const wrong = findFault(values, faulty, client.grants)
  if (wrong) return { ok: false, error: wrong }
  const access = await resolveWanted(deps, client, values)
  if (!access.ok) return access
  const hint = values.id_token_hint
  const hinted = hint === undefined ? undefined : await verifyIdTokenHint(deps.issuer, deps.keyRing, hint)
  if (hint !== undefined && !hinted) return refuse('invalid_request', 'id_token_hint is no ID token of this issuer.')
  const request: AuthorizationRequest = {
    clientId: client.id,
    redirectUri,
    responseMode: values.response_mode === 'form_post' ? 'form_post' : 'query',
    state: values.state,
    nonce: values.nonce,
    codeChallenge: values.code_challenge ?? '',
    audience: access.api.audience,
    scopes: access.scopes,
    prompt: splitWords(values.prompt) ?? [],
    maxAgeSeconds: values.max_age === undefined ? undefined : Number(values.max_age),
    loginHint: values.login_hint?.slice(0, 320),
    hintedAccountId: hinted?.accountId,
    uiLocales: values.ui_locales,
  }
  return { ok: true, request }
}

/** What the tokens are to be for: an API and scopes of it, or only who the person is. */
async function resolveWanted(
  { database, issuer }: ParseDeps,
  client: Client,
  values: FrontChannelParameters['values'],
): Promise<Extract<ResolvedAccess, { ok: true }> | Extract<ParsedAuthorization, { ok: false }>> {
  const scopes = splitWords(values.scope)
  if (scopes && !scopes.every(isScopeToken)) return refuse('invalid_scope', 'Name scopes with single blanks between.')
  const foreign = scopes?.find((scope) => !mayAsk(client, scope))
  if (foreign !== undefined) return refuse('invalid_scope', `The client is not registered for the scope ${foreign}.`)
  const audience = values.resource ?? values.audience
  const ofClient = client.scopes.length > 0 ? client.scopes : undefined
  const access = await resolveGrant(database.read, issuer, { audience, scopes: scopes ?? ofClient })
  if (access.ok) return access
  return refuse(access.reason === 'unknown_scope' ? 'invalid_scope' : 'invalid_target', describeRefusedAccess(access))
}

/** A client that is registered for no scope in particular may ask for any. */
function mayAsk(client: Client, scope: string): boolean {
  return client.scopes.length === 0 || isIdentityScope(scope) || client.scopes.includes(scope)
}

function splitWords(text: string | undefined): readonly string[] | undefined {
  return text?.split(' ').filter((word) => word !== '')
}

function findFault(
  values: FrontChannelParameters['values'],
  faulty: readonly string[],
  grants: readonly string[],
): AuthorizationError | undefined {
  const invalid = (description: string) => ({ error: 'invalid_request', description })
  if (faulty[0] !== undefined)
    return invalid(`Send ${nameOf(faulty[0])} once, without control characters, 4096 at most.`)
  if (values.request !== undefined)
    return { error: 'request_not_supported', description: 'Send the parameters by themselves.' }
  if (values.request_uri !== undefined)
    return { error: 'request_uri_not_supported', description: 'Send the parameters by themselves.' }
  // OpenID Connect Core §7.2.1
  if (values.registration !== undefined)
    return { error: 'registration_not_supported', description: 'Clients are registered before they ask.' }
  if (values.response_type === undefined) return invalid('response_type is missing: send code.')
  if (values.response_type !== 'code')
    return { error: 'unsupported_response_type', description: 'The only response_type is code.' }
  if (!['query', 'form_post', undefined].includes(values.response_mode))
    return invalid('response_mode is query or form_post.')
  if (!grants.includes('authorization_code')) {
    return {
      error: 'unauthorized_client',
      description: 'The client is not registered for the grant authorization_code.',
    }
  }
  return findPkceFault(values) ?? findPromptFault(values)
}

/** RFC 7636 §4.3 and §4.4.1; RFC 9700 §2.1.1: for all clients, and never plain. */
function findPkceFault(values: FrontChannelParameters['values']): AuthorizationError | undefined {
  const invalid = (description: string) => ({ error: 'invalid_request', description })
  if (values.code_challenge === undefined) return invalid('code_challenge is missing: PKCE is required.')
  if (values.code_challenge_method !== 'S256') return invalid('code_challenge_method must be S256.')
  if (!/^[\w-]{43}$/.test(values.code_challenge)) return invalid('code_challenge must be base64url of a SHA-256 hash.')
  return undefined
}

function findPromptFault({ prompt, max_age, nonce }: FrontChannelParameters['values']): AuthorizationError | undefined {
  const invalid = (description: string) => ({ error: 'invalid_request', description })
  const prompts = splitWords(prompt) ?? []
  if (!prompts.every((word) => PROMPTS.includes(word))) return invalid(`prompt is one of ${PROMPTS.join(', ')}.`)
  if (prompts.includes('none') && prompts.length > 1) return invalid('prompt=none stands alone.')
  if (max_age !== undefined && !/^\d{1,9}$/.test(max_age)) return invalid('max_age is a number of seconds.')
  if (nonce !== undefined && nonce.length > LONGEST_NONCE)
    return invalid(`nonce has ${LONGEST_NONCE} characters at most.`)
  return undefined
}

function refuse(error: string, description: string): Extract<ParsedAuthorization, { ok: false }> {
  return { ok: false, error: { error, description } }
}

function nameOf(name: string): string {
  return /^[\w.-]{1,64}$/.test(name) ? name : 'each parameter'
}
