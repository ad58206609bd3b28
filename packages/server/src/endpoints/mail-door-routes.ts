import type { FastifyRequest } from 'fastify'
import type { HttpServer } from '../platform/http/create-http-server.ts'
import { refuseCrossOrigin } from '../platform/http/refuse-cross-origin.ts'
import type { EmailFlowDeps } from './email-flow-deps.ts'
import type { MailDoor } from './mail-door.ts'
import {
  type CodeBody,
  type CodeQuery,
  codeBodySchema,
  codeQuerySchema,
  type MailDoorBody,
  type MailDoorQuery,
  mailDoorBodySchema,
  mailDoorQuerySchema,
} from './parse-code-request.ts'
import { parseReturnTo } from './parse-return-to.ts'
import { requestMail, showMailDoor } from './request-mail.ts'
import { showCodePage, takeMailedCode } from './take-mailed-code.ts'

/** What a form of another site is answered. */
export const BEGIN_HERE = 'Open the page here and begin there.'

/** Serves the form that asks for a mail, and the form for its code. What the link opens is the room's own. */
export function mailDoorRoutes(server: HttpServer, deps: EmailFlowDeps, door: MailDoor): void {
  const { urls } = deps
  type Asking = FastifyRequest<{ Querystring: MailDoorQuery }>
  server.get(door.path, { schema: { querystring: mailDoorQuerySchema } }, (request: Asking, reply) =>
    showMailDoor(deps, door, request, reply, { returnTo: parseReturnTo(request.query.return_to, urls.origin) }),
  )
  type Requesting = FastifyRequest<{ Body: MailDoorBody }>
  server.post(door.path, { schema: { body: mailDoorBodySchema(door.field) } }, async (request: Requesting, reply) => {
    refuseCrossOrigin(request, urls.origin, BEGIN_HERE)
    return requestMail(deps, door, request, reply)
  })
  type ShowingCode = FastifyRequest<{ Querystring: CodeQuery }>
  server.get(door.codePath, { schema: { querystring: codeQuerySchema } }, (request: ShowingCode, reply) =>
    showCodePage(deps, door, request, reply, { query: request.query }),
  )
  type Entering = FastifyRequest<{ Body: CodeBody }>
  server.post(door.codePath, { schema: { body: codeBodySchema } }, async (request: Entering, reply) => {
    refuseCrossOrigin(request, urls.origin, BEGIN_HERE)
    return takeMailedCode(deps, door, request, reply)
  })
}
