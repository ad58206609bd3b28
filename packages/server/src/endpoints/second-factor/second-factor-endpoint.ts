import type { FastifyRequest } from 'fastify'
import type { HttpServer } from '../../platform/http/create-http-server.ts'
import { refuseCrossOrigin } from '../../platform/http/refuse-cross-origin.ts'
import type { WantedStep } from '../begun-login.ts'
import { parseReturnTo } from '../parse-return-to.ts'
import {
  type SecondFactorBody,
  type SecondFactorQuery,
  secondFactorBodySchema,
  secondFactorQuerySchema,
} from './parse-request.ts'
import type { SecondFactorDeps } from './second-factor-deps.ts'
import { showSecondFactor } from './show-second-factor.ts'
import { takeSecondFactor } from './take-second-factor.ts'

/** Serves the page that asks for a second factor, and takes one. */
export function secondFactorEndpoint(server: HttpServer, deps: SecondFactorDeps): void {
  const { urls } = deps
  const read = ({ return_to, step_up }: SecondFactorQuery): WantedStep => ({
    isStepUp: step_up === '1',
    returnTo: parseReturnTo(return_to, urls.origin),
  })
  server.get<{ Querystring: SecondFactorQuery }>(
    urls.secondFactorPath,
    { schema: { querystring: secondFactorQuerySchema } },
    (request, reply) => showSecondFactor(deps, request, reply, read(request.query)),
  )
  server.post(
    urls.secondFactorPath,
    { schema: { body: secondFactorBodySchema } },
    async (request: FastifyRequest<{ Body: SecondFactorBody }>, reply) => {
      refuseCrossOrigin(request, urls.origin, 'Open the login page here and sign in there.')
      return takeSecondFactor(deps, request, reply, read(request.body))
    },
  )
}
