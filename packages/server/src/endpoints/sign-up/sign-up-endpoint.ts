import type { FastifyReply, FastifyRequest } from 'fastify'
import type { HttpServer } from '../../platform/http/create-http-server.ts'
import { refuseCrossOrigin } from '../../platform/http/refuse-cross-origin.ts'
import { BEGIN_HERE, mailDoorRoutes } from '../mail-door-routes.ts'
import { type LinkQuery, linkQuerySchema } from '../parse-code-request.ts'
import { type NewAccountBody, newAccountBodySchema } from './parse-request.ts'
import type { SignUpDeps } from './sign-up-deps.ts'
import { signUpDoor } from './sign-up-door.ts'
import { showNewAccount, takeNewAccount } from './take-new-account.ts'

/** Serves sign-up: who has proved an address, or was invited, opens an account. */
export function signUpEndpoint(server: HttpServer, deps: SignUpDeps): void {
  const { urls, isOpen } = deps
  if (isOpen) mailDoorRoutes(server, deps, signUpDoor(deps))
  type Opening = FastifyRequest<{ Querystring: LinkQuery }>
  server.get(urls.signUpAccountPath, { schema: { querystring: linkQuerySchema } }, (request: Opening, reply) =>
    showNewAccount(deps, request, reply, { secret: request.query.secret }),
  )
  type Taking = FastifyRequest<{ Body: NewAccountBody }>
  const taking = { config: { importance: 'hashing' }, schema: { body: newAccountBodySchema } } as const
  server.post(urls.signUpAccountPath, taking, async (request: Taking, reply: FastifyReply) => {
    refuseCrossOrigin(request, urls.origin, BEGIN_HERE)
    return takeNewAccount(deps, request, reply)
  })
}
