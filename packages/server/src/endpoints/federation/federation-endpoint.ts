import type { FastifyReply, FastifyRequest } from 'fastify'
import { unlinkIdentities } from '../../domain/federated-identities/unlink-identities.ts'
import { parseNetwork } from '../../domain/throttle/parse-network.ts'
import { findUpstream } from '../../domain/upstreams/find-upstream.ts'
import type { HttpServer } from '../../platform/http/create-http-server.ts'
import { Problem } from '../../platform/http/problem.ts'
import { refuseCrossOrigin } from '../../platform/http/refuse-cross-origin.ts'
import { findBrowserSession, lockBrowserSession } from '../browser-session.ts'
import { parseReturnTo } from '../parse-return-to.ts'
import { isFreshLogin, sendToFreshLogin, sendToLogin } from '../send-to-login.ts'
import { answerCallback } from './answer-callback.ts'
import type { FederationDeps } from './federation-deps.ts'
import { forwardCallback } from './forward-callback.ts'
import { linkAccount } from './link-account.ts'
import {
  type CallbackBody,
  type ChangeBody,
  callbackBodySchema,
  changeBodySchema,
  type LinkBody,
  linkBodySchema,
  type StartBody,
  startBodySchema,
} from './parse-request.ts'
import { showNotice } from './show-notice.ts'
import { startUpstreamLogin } from './start-upstream-login.ts'

/** Serves logging in with upstream providers, and what connects an account with them. */
export function federationEndpoint(server: HttpServer, deps: FederationDeps): void {
  const { urls } = deps
  const startPath = `${urls.loginUpstreamPath}/:id`
  server.post<{ Params: { id: string }; Body: StartBody }>(
    startPath,
    { schema: { body: startBodySchema } },
    async (request, reply) => {
      refuseCrossOrigin(request, urls.origin, 'Open the login page here and sign in there.')
      const returnTo = parseReturnTo(request.body.return_to, urls.origin)
      return startUpstreamLogin(deps, request, reply, { upstreamId: request.params.id, returnTo })
    },
  )
  server.get<{ Params: { id: string } }>(`${startPath}/callback`, (request, reply) =>
    answerCallback(deps, request, reply),
  )
  server.post<{ Params: { id: string }; Body: CallbackBody }>(
    `${startPath}/callback`,
    { schema: { body: callbackBodySchema } },
    (request, reply) => forwardCallback(deps, reply, request.params.id, request.body),
  )
  const linking = { config: { importance: 'hashing' }, schema: { body: linkBodySchema } } as const
  server.post<{ Body: LinkBody }>(urls.loginLinkPath, linking, async (request, reply) => {
    refuseCrossOrigin(request, urls.origin, 'Open the login page here and sign in there.')
    return linkAccount(deps, request, reply)
  })
  server.post<{ Body: ChangeBody }>(
    urls.accountUpstreamsPath,
    { schema: { body: changeBodySchema } },
    async (request, reply) => {
      refuseCrossOrigin(request, urls.origin, 'Open your account page here and change it there.')
      return changeUpstreams(deps, request, reply)
    },
  )
}

/** Connects the account that is signed in with an upstream, or disconnects it. */
async function changeUpstreams(
  deps: FederationDeps,
  request: FastifyRequest<{ Body: ChangeBody }>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { urls, database, clock } = deps
  const session = await findBrowserSession(database.read, urls, request, clock.now())
  const returnTo = urls.accountSecurityPath
  if (!session) return sendToLogin(urls, request, reply)
  // It is one more way in, or one less.
  if (!isFreshLogin(session, clock.now())) return sendToFreshLogin(urls, request, reply, returnTo)
  const { accountId } = session
  const { connect, disconnect = '' } = request.body
  if (connect !== undefined)
    return startUpstreamLogin(deps, request, reply, { upstreamId: connect, returnTo, connectTo: accountId })
  const upstream = await findUpstream(database.read, disconnect)
  if (!upstream) throw new Problem({ status: 404, code: 'not_found', detail: 'There is no such provider.' })
  const { issuer, name } = upstream
  const network = parseNetwork(request.ip)
  const isDone = await database.write(async (tx) => {
    const now = await lockBrowserSession(tx, urls, request)
    return now && unlinkIdentities(tx, { accountId: now.accountId, issuer, network })
  })
  if (isDone === undefined) return sendToLogin(urls, request, reply)
  if (!isDone) return showNotice(deps, reply, 'last', { name, returnTo })
  return reply.header('cache-control', 'no-store').redirect(returnTo, 303)
}
