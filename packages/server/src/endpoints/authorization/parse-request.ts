import { parseAcrValues } from '../../domain/assurance/acr.ts'
import type { AuthorizationRequest } from '../../domain/authorizations/authorization-request.ts'
import type { KeyRing } from '../../domain/keys/key-ring.ts'
import { verifyIdTokenHint } from '../../domain/tokens/issue-id-token.ts'
import type { Database } from '../../platform/database/database.ts'
import type { FrontChannelParameters } from '../front-channel-parameters.ts'
import type { OauthErrorCode } from '../oauth-error-codes.ts'
import { type RefusedWish, resolveWanted, splitWords } from '../resolve-wanted.ts'
import type { AddressedClient } from './address-client.ts'

export type ParsedAuthorization =
  | { readonly ok: true; readonly request: AuthorizationRequest }
  | { readonly ok: false; readonly error: RefusedWish }

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
    demandedAcr: parseAcrValues(splitWords(values.acr_values) ?? []),
    loginHint: values.login_hint?.slice(0, 320),
    dpopJkt: values.dpop_jkt,
    organization: values.organization,
    hintedAccountId: hinted?.accountId,
    uiLocales: values.ui_locales,
  }
  return { ok: true, request }
}

function findFault(
  values: FrontChannelParameters['values'],
  faulty: readonly string[],
  grants: readonly string[],
): RefusedWish | undefined {
  const invalid = (description: string): RefusedWish => ({ error: 'invalid_request', description })
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
  return findPkceFault(values) ?? findKeyFault(values) ?? findOrganizationFault(values) ?? findPromptFault(values)
}

/** RFC 7636 §4.3 and §4.4.1; RFC 9700 §2.1.1: for all clients, and never plain. */
function findPkceFault(values: FrontChannelParameters['values']): RefusedWish | undefined {
  const invalid = (description: string): RefusedWish => ({ error: 'invalid_request', description })
  if (values.code_challenge === undefined) return invalid('code_challenge is missing: PKCE is required.')
  if (values.code_challenge_method !== 'S256') return invalid('code_challenge_method must be S256.')
  if (!/^[\w-]{43}$/.test(values.code_challenge)) return invalid('code_challenge must be base64url of a SHA-256 hash.')
  return undefined
}

/** RFC 9449 §10, RFC 7638. */
function findKeyFault({ dpop_jkt }: FrontChannelParameters['values']): RefusedWish | undefined {
  if (dpop_jkt === undefined || /^[\w-]{43}$/.test(dpop_jkt)) return undefined
  return { error: 'invalid_request', description: 'dpop_jkt must be the SHA-256 thumbprint of a key.' }
}

function findOrganizationFault({ organization }: FrontChannelParameters['values']): RefusedWish | undefined {
  if (organization === undefined || /^[\w-]{1,64}$/.test(organization)) return undefined
  return { error: 'invalid_request', description: 'organization is the id or the slug of one.' }
}

function findPromptFault({ prompt, max_age, nonce }: FrontChannelParameters['values']): RefusedWish | undefined {
  const invalid = (description: string): RefusedWish => ({ error: 'invalid_request', description })
  const prompts = splitWords(prompt) ?? []
  if (!prompts.every((word) => PROMPTS.includes(word))) return invalid(`prompt is one of ${PROMPTS.join(', ')}.`)
  if (prompts.includes('none') && prompts.length > 1) return invalid('prompt=none stands alone.')
  if (max_age !== undefined && !/^\d{1,9}$/.test(max_age)) return invalid('max_age is a number of seconds.')
  if (nonce !== undefined && nonce.length > LONGEST_NONCE)
    return invalid(`nonce has ${LONGEST_NONCE} characters at most.`)
  return undefined
}

function refuse(error: OauthErrorCode, description: string): Extract<ParsedAuthorization, { ok: false }> {
  return { ok: false, error: { error, description } }
}

function nameOf(name: string): string {
  return /^[\w.-]{1,64}$/.test(name) ? name : 'each parameter'
}
