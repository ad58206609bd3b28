import type { FastifyRequest } from 'fastify'
import type { Upstream } from '../../domain/upstreams/upstream.ts'
import type { UpstreamFailure } from '../../domain/upstreams/upstream-failure.ts'
import { Problem } from '../../platform/http/problem.ts'

/**
 * Says that the upstream cannot be used at this moment; why stands in the log, under the incident's id.
 *
 * @throws Problem 502 or 503, always
 */
export function throwUpstreamProblem(request: FastifyRequest, upstream: Upstream, failure: UpstreamFailure): never {
  const { reason, sentence } = failure
  request.log.warn({ upstream: upstream.id, reason, sentence }, 'login with an upstream failed')
  if (reason === 'unavailable') {
    const detail = 'The other provider does not answer. Try again, or sign in with your password.'
    throw new Problem({ status: 503, code: 'upstream_unavailable', detail, headers: { 'retry-after': '10' } })
  }
  const detail = 'The other provider’s answer cannot be trusted. Try again, or sign in with your password.'
  throw new Problem({ status: 502, code: 'upstream_invalid', detail })
}
