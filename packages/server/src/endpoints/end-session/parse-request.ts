import type { Client } from '../../domain/clients/client.ts'
import { findClient } from '../../domain/clients/find-client.ts'
import type { KeyRing } from '../../domain/keys/key-ring.ts'
import { type HintedIdentity, verifyIdTokenHint } from '../../domain/tokens/issue-id-token.ts'
import type { Database } from '../../platform/database/database.ts'
import { Problem } from '../../platform/http/problem.ts'
import type { FrontChannelParameters } from '../front-channel-parameters.ts'

/** What an app asks for: OpenID Connect RP-Initiated Logout §2. */
export interface EndSessionRequest {
  /** Whom it comes from, by its own word or by its ID token; undefined where neither says it. */
  readonly client: Client | undefined
  /** Whom an ID token of ours is about; undefined without one. */
  readonly hinted: HintedIdentity | undefined
  /** Where the browser goes afterwards; undefined where it stays here. */
  readonly redirectUri: string | undefined
  /** Whether an address was asked for that is not registered for the client, or for no client. */
  readonly isAddressRefused: boolean
  readonly state: string | undefined
  readonly uiLocales: string | undefined
}

export interface ParseDeps {
  readonly issuer: string
  readonly database: Database
  readonly keyRing: KeyRing
}

/**
 * Checks what an app asks for. Text that is no ID token of ours counts as none: it proves nothing, and the person is asked.
 *
 * @throws Problem 400 `invalid_parameter`, `unknown_client`
 */
export async function parseEndSession(
  deps: ParseDeps,
  { values, faulty }: FrontChannelParameters,
): Promise<EndSessionRequest> {
  if (faulty.length > 0)
    throw invalidParameter('Send each parameter once, without control characters, 4096 characters at most.')
  const { id_token_hint: hint, client_id: clientId, post_logout_redirect_uri: address } = values
  const verified = hint === undefined ? undefined : await verifyIdTokenHint(deps.issuer, deps.keyRing, hint)
  // §2: both must name the same client.
  if (verified && clientId !== undefined && verified.clientId !== clientId)
    throw invalidParameter('The id_token_hint was issued to another client than client_id names.')
  const named = clientId ?? verified?.clientId
  const client = named === undefined ? undefined : await findClient(deps.database.read, named)
  if (clientId !== undefined && !client) throw unknownClient()
  const isRegistered = address !== undefined && client?.postLogoutRedirectUris.includes(address) === true
  return {
    client,
    hinted: client && verified,
    redirectUri: isRegistered ? address : undefined,
    isAddressRefused: address !== undefined && !isRegistered,
    state: values.state,
    uiLocales: values.ui_locales,
  }
}

export function invalidParameter(detail: string): Problem {
  return new Problem({ status: 400, code: 'invalid_parameter', detail })
}

function unknownClient(): Problem {
  const detail = 'No app is registered here under that client_id. Sign out on your account page here.'
  return new Problem({ status: 400, code: 'unknown_client', detail })
}
