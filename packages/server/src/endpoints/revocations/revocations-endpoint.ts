import { type RevocationActDeps, revoke } from '../../domain/revocation-acts/revoke.ts'
import { waitForConfirmation } from '../../domain/revocations/wait-for-confirmation.ts'
import type { HttpServer } from '../../platform/http/create-http-server.ts'
import { abortWhenGone } from '../abort-when-gone.ts'
import { authenticateConfidentialRequest, type ClientAuthenticationDeps } from '../client-authentication.ts'
import type { IssuerUrls } from '../issuer-urls.ts'
import { sendOauthError } from '../oauth-error.ts'
import { refuseTarget } from '../revocation-target.ts'
import { parseTarget, parseWaitParameter, revocationBodySchema } from './parse-request.ts'

export interface RevocationsDeps extends RevocationActDeps, ClientAuthenticationDeps {
  readonly urls: IssuerUrls
  /** Nobody is waited for once it is aborted. */
  readonly stopping: AbortSignal
}

/** What a client must be registered with to revoke what is not its own. */
const SCOPE = 'revocations:write'

/** Lets a confidential client revoke what the command line can. */
export function revocationsEndpoint(server: HttpServer, deps: RevocationsDeps): void {
  server.post<{ Body: Readonly<Record<string, unknown>>; Querystring: { readonly wait?: string } }>(
    deps.urls.revocationsPath,
    { schema: { body: revocationBodySchema } },
    async (request, reply) => {
      const authenticated = await authenticateConfidentialRequest(deps, request)
      if (!authenticated.ok) return sendOauthError(reply, authenticated.error)
      const { client } = authenticated
      if (!client.scopes.includes(SCOPE)) {
        const description = `The client needs the scope ${SCOPE}.`
        return sendOauthError(reply, { status: 403, error: 'insufficient_scope', description })
      }
      const milliseconds = parseWaitParameter(request.query.wait)
      const outcome = await revoke(deps, parseTarget(request.body), `client:${client.id}`)
      if (!outcome.ok) throw refuseTarget(outcome.reason)
      // Its work is done; what it waits for are guards.
      request.leaveGate?.()
      const signal = AbortSignal.any([deps.stopping, abortWhenGone(reply)])
      const confirmation = await waitForConfirmation(deps, outcome.sequence, { milliseconds, signal })
      return reply.header('cache-control', 'no-store').send(confirmation)
    },
  )
}
