import type { FastifyReply, FastifyRequest } from 'fastify'
import type { HttpServer } from '../../platform/http/create-http-server.ts'
import { refuseCrossOrigin } from '../../platform/http/refuse-cross-origin.ts'
import type { EmailFlowDeps } from '../email-flow-deps.ts'
import { BEGIN_HERE, mailDoorRoutes } from '../mail-door-routes.ts'
import { type LinkQuery, linkQuerySchema } from '../parse-code-request.ts'
import { type NewPasswordBody, newPasswordBodySchema } from './parse-request.ts'
import { recoveryDoor } from './recovery-door.ts'
import { setNewPassword, showNewPassword } from './set-new-password.ts'

/** Serves recovery by mail: who cannot sign in proves the address of their account and chooses a new password. */
export function recoveryEndpoint(server: HttpServer, deps: EmailFlowDeps): void {
  const { urls } = deps
  mailDoorRoutes(server, deps, recoveryDoor(deps))
  type Opening = FastifyRequest<{ Querystring: LinkQuery }>
  server.get(urls.recoveryPasswordPath, { schema: { querystring: linkQuerySchema } }, (request: Opening, reply) =>
    showNewPassword(deps, request, reply, request.query.secret),
  )
  type Setting = FastifyRequest<{ Body: NewPasswordBody }>
  const setting = { config: { importance: 'hashing' }, schema: { body: newPasswordBodySchema } } as const
  server.post(urls.recoveryPasswordPath, setting, async (request: Setting, reply: FastifyReply) => {
    refuseCrossOrigin(request, urls.origin, BEGIN_HERE)
    return setNewPassword(deps, request, reply)
  })
}
