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
  { values, faulty }: FrontChannelParameters,
): Promise<AddressedClient> {
  const { client_id: clientId, redirect_uri: redirectUri, scope = '' } = values
  if (clientId === undefined || faulty.includes('client_id')) throw unknownClient()
  const found = await clients.find(clientId)
  if (!found.ok) throw toProblem(found)
  const { client } = found
  if (faulty.includes('redirect_uri')) throw wrongAddress()
  if (redirectUri !== undefined) {
    if (isRedirectUriOf(client, redirectUri)) return { client, redirectUri }
    throw wrongAddress()
  }
  const [only, ...others] = client.redirectUris
  // OpenID Connect Core §3.1.2.1 requires it; OAuth 2.1 §4.1.1 only where there is a choice.
  if (only === undefined || others.length > 0 || scope.split(' ').includes('openid')) throw wrongAddress()
  return { client, redirectUri: only }
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
