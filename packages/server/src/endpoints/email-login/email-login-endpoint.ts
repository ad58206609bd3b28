import type { FastifyReply, FastifyRequest } from 'fastify'
import type { HttpServer } from '../../platform/http/create-http-server.ts'
import { refuseCrossOrigin } from '../../platform/http/refuse-cross-origin.ts'
import type { EmailFlowDeps } from '../email-flow-deps.ts'
import { BEGIN_HERE, mailDoorRoutes } from '../mail-door-routes.ts'
import { type LinkQuery, linkQuerySchema } from '../parse-code-request.ts'
import { confirmLogin, showConfirmation } from './confirm-login.ts'
import { emailLoginDoor } from './email-login-door.ts'
import { type ConfirmationBody, confirmationBodySchema } from './parse-request.ts'

/** Serves login by a mail: its code signs in where it was asked for, its link where it is opened. */
export function emailLoginEndpoint(server: HttpServer, deps: EmailFlowDeps): void {
  const { urls } = deps
  mailDoorRoutes(server, deps, emailLoginDoor(deps))
  type Opening = FastifyRequest<{ Querystring: LinkQuery }>
  const path = urls.emailLoginConfirmationPath
  server.get(path, { schema: { querystring: linkQuerySchema } }, (request: Opening, reply) =>
    showConfirmation(deps, request, reply, request.query.secret),
  )
  type Confirming = FastifyRequest<{ Body: ConfirmationBody }>
  const confirming = { schema: { body: confirmationBodySchema } }
  server.post(path, confirming, async (request: Confirming, reply: FastifyReply) => {
    refuseCrossOrigin(request, urls.origin, BEGIN_HERE)
    return confirmLogin(deps, request, reply, request.body.secret)
  })
}
