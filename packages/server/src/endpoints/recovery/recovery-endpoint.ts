import type { FastifyReply, FastifyRequest } from 'fastify'
import type { HttpServer } from '../../platform/http/create-http-server.ts'
import { refuseCrossOrigin } from '../../platform/http/refuse-cross-origin.ts'
import type { EmailFlowDeps } from '../email-flow-deps.ts'
import {
  type CodeBody,
  type CodeQuery,
  codeBodySchema,
  codeQuerySchema,
  type LinkQuery,
  linkQuerySchema,
} from '../parse-code-request.ts'
import { parseReturnTo } from '../parse-return-to.ts'
import { enterRecoveryCode, showCodePage } from './enter-recovery-code.ts'
import {
  type NewPasswordBody,
  newPasswordBodySchema,
  type RecoveryBody,
  type RecoveryQuery,
  recoveryBodySchema,
  recoveryQuerySchema,
} from './parse-request.ts'
import { requestRecovery, showRecoveryPage } from './request-recovery.ts'
import { setNewPassword, showNewPassword } from './set-new-password.ts'

const ADVICE = 'Open the page here and begin there.'

/** Serves recovery by mail: who cannot sign in proves the address of their account and chooses a new password. */
export function recoveryEndpoint(server: HttpServer, deps: EmailFlowDeps): void {
  const { urls } = deps
  type Asking = FastifyRequest<{ Querystring: RecoveryQuery }>
  server.get(urls.recoveryPath, { schema: { querystring: recoveryQuerySchema } }, (request: Asking, reply) =>
    showRecoveryPage(deps, request, reply, { returnTo: parseReturnTo(request.query.return_to, urls.origin) }),
  )
  type Requesting = FastifyRequest<{ Body: RecoveryBody }>
  server.post(urls.recoveryPath, { schema: { body: recoveryBodySchema } }, async (request: Requesting, reply) => {
    refuseCrossOrigin(request, urls.origin, ADVICE)
    return requestRecovery(deps, request, reply)
  })
  type ShowingCode = FastifyRequest<{ Querystring: CodeQuery }>
  server.get(urls.recoveryCodePath, { schema: { querystring: codeQuerySchema } }, (request: ShowingCode, reply) =>
    showCodePage(deps, request, reply, request.query),
  )
  type Entering = FastifyRequest<{ Body: CodeBody }>
  server.post(urls.recoveryCodePath, { schema: { body: codeBodySchema } }, async (request: Entering, reply) => {
    refuseCrossOrigin(request, urls.origin, ADVICE)
    return enterRecoveryCode(deps, request, reply)
  })
  type Opening = FastifyRequest<{ Querystring: LinkQuery }>
  server.get(urls.recoveryPasswordPath, { schema: { querystring: linkQuerySchema } }, (request: Opening, reply) =>
    showNewPassword(deps, request, reply, request.query.secret),
  )
  type Setting = FastifyRequest<{ Body: NewPasswordBody }>
  const setting = { schema: { body: newPasswordBodySchema } }
  server.post(urls.recoveryPasswordPath, setting, async (request: Setting, reply: FastifyReply) => {
    refuseCrossOrigin(request, urls.origin, ADVICE)
    return setNewPassword(deps, request, reply)
  })
}
