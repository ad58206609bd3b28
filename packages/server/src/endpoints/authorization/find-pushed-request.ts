import { showPushedRequest } from '../../domain/authorizations/pushed-requests.ts'
import type { ClientDocuments } from '../../domain/client-documents/client-documents.ts'
import { isRedirectUriOf } from '../../domain/clients/redirect-uri.ts'
import type { Database } from '../../platform/database/database.ts'
import { Problem } from '../../platform/http/problem.ts'
import type { FrontChannelParameters } from '../front-channel-parameters.ts'
import type { PendingAuthorization } from '../pending-authorization.ts'
import { findAskingClient } from './address-client.ts'
import { answeredBefore } from './decide-request.ts'

/**
 * Finds what a client has pushed. Nothing else in the request counts, but its `client_id` must be that client's (RFC 9126 §4). No
 * address is verified before, so every refusal is a page.
 *
 * @throws Problem 400 `invalid_request_uri`, `request_answered`, and those of `findAskingClient`
 */
export async function findPushedRequest(
  { clients, database }: { readonly clients: ClientDocuments; readonly database: Database },
  parameters: FrontChannelParameters,
  requestUri: string,
): Promise<PendingAuthorization> {
  const client = await findAskingClient(clients, parameters)
  const pending = await database.write((tx) => showPushedRequest(tx, client.id, requestUri))
  // What its client can no longer be answered at, no code is sent to.
  if (!pending || !isRedirectUriOf(client, pending.request.redirectUri)) throw invalidRequestUri()
  if (pending.isAnswered) throw answeredBefore()
  return { pending, client }
}

function invalidRequestUri(): Problem {
  const detail =
    'The request that the app has left here (request_uri) is unknown or has expired. Start again at the app.'
  return new Problem({ status: 400, code: 'invalid_request_uri', detail })
}
