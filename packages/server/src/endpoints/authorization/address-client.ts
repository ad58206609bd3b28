import type { ClientDocuments, FoundClient } from '../../domain/client-documents/client-documents.ts'
import type { Client } from '../../domain/clients/client.ts'
import { isRedirectUriOf } from '../../domain/clients/redirect-uri.ts'
import { Problem } from '../../platform/http/problem.ts'
import type { FrontChannelParameters } from '../front-channel-parameters.ts'

/** A client, and the address that it has registered to be answered at. */
export interface AddressedClient {
  readonly client: Client
  readonly redirectUri: string
}

/**
 * Finds who asks, and where the answer may go. Until that is sure nobody is redirected (RFC 6749 §3.1.2.4, RFC 9700 §4.1).
 *
 * @throws Problem 400 `unknown_client`, `invalid_client_document`, `invalid_redirect_uri`; 503 `busy`
 */
export async function addressClient(
  clients: ClientDocuments,
  parameters: FrontChannelParameters,
): Promise<AddressedClient> {
  const client = await findAskingClient(clients, parameters)
  const redirectUri = chooseRedirectUri(client, parameters)
  if (redirectUri === undefined) throw wrongAddress()
  return { client, redirectUri }
}

/** @throws Problem 400 `unknown_client`, `invalid_client_document`; 503 `busy` */
export async function findAskingClient(
  clients: ClientDocuments,
  { values, faulty }: FrontChannelParameters,
): Promise<Client> {
  const { client_id: clientId } = values
  if (clientId === undefined || faulty.includes('client_id')) throw unknownClient()
  const found = await clients.find(clientId)
  if (!found.ok) throw toProblem(found)
  return found.client
}

/** The address that is asked for, or the only one where none is; absent where that is not registered. */
export function chooseRedirectUri(client: Client, { values, faulty }: FrontChannelParameters): string | undefined {
  const { redirect_uri: redirectUri, scope = '' } = values
  if (faulty.includes('redirect_uri')) return undefined
  if (redirectUri !== undefined) return isRedirectUriOf(client, redirectUri) ? redirectUri : undefined
  const [only, ...others] = client.redirectUris
  // OpenID Connect Core §3.1.2.1 requires it; OAuth 2.1 §4.1.1 only where there is a choice.
  return others.length > 0 || scope.split(' ').includes('openid') ? undefined : only
}

function toProblem(refused: Extract<FoundClient, { ok: false }>): Problem {
  switch (refused.reason) {
    case 'unknown':
      return unknownClient()
    case 'busy':
      return new Problem({
        status: 503,
        code: 'busy',
        detail: 'Too many apps are being looked up at once. Try again.',
        headers: { 'retry-after': '2' },
      })
    case 'document_refused': {
      const detail = `The document at the app's client_id does not describe an app that can be let in. ${refused.sentence} Tell its developer.`
      return new Problem({ status: 400, code: 'invalid_client_document', detail })
    }
  }
}

function unknownClient(): Problem {
  const detail = 'No app is registered here under that client_id. Start again at the app, or tell its developer.'
  return new Problem({ status: 400, code: 'unknown_client', detail })
}

function wrongAddress(): Problem {
  const detail =
    'The app asks to be answered at an address (redirect_uri) that is not registered for it, so this stops here. Tell its developer.'
  return new Problem({ status: 400, code: 'invalid_redirect_uri', detail })
}
