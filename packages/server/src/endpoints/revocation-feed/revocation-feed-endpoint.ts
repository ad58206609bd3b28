import { noteRewound } from '../../domain/revocations/note-rewound.ts'
import type { HttpServer } from '../../platform/http/create-http-server.ts'
import { Problem } from '../../platform/http/problem.ts'
import { answerLog } from './answer-log.ts'
import type { RevocationFeedDeps } from './feed-deps.ts'
import { feedHeaders } from './feed-headers.ts'
import { followStream } from './follow-stream.ts'
import { identifyReader } from './identify-reader.ts'
import {
  type AcknowledgementBody,
  acknowledgementBodySchema,
  type LogQuery,
  logQuerySchema,
  type RewoundBody,
  rewoundBodySchema,
  streamQuerySchema,
} from './parse-request.ts'
import { Snapshots } from './snapshots.ts'
import { takeAcknowledgement } from './take-acknowledgement.ts'

/** Serves the revocation feed: docs/reference/revocation-feed.md. */
export function revocationFeedEndpoint(server: HttpServer, deps: RevocationFeedDeps): void {
  const path = deps.urls.revocationFeedPath
  const snapshots = new Snapshots(deps)
  server.get<{ Querystring: LogQuery }>(
    path,
    // A HEAD would be a stream without an end.
    { schema: { querystring: streamQuerySchema }, exposeHeadRoute: false },
    async (request, reply) => {
      const { after, nonce } = request.query
      const reader = await identifyReader(deps, request)
      return followStream(deps, reply, { reader, after: Number(after), nonce })
    },
  )
  server.get<{ Querystring: LogQuery }>(
    `${path}/log`,
    { schema: { querystring: logQuerySchema } },
    async (request, reply) => {
      const { after, wait = 0, nonce } = request.query
      const reader = await identifyReader(deps, request)
      return answerLog(deps, reply, { reader, after: Number(after), waitSeconds: Number(wait), nonce })
    },
  )
  server.get(`${path}/snapshot`, async (_, reply) => {
    const snapshot = await snapshots.take()
    return reply.headers(feedHeaders).type('application/jsonl').send(snapshot)
  })
  server.post<{ Body: AcknowledgementBody }>(
    `${path}/ack`,
    { schema: { body: acknowledgementBodySchema } },
    async (request, reply) => takeAcknowledgement(deps, request, reply),
  )
  server.post<{ Body: RewoundBody }>(
    `${path}/rewound`,
    { schema: { body: rewoundBodySchema } },
    async ({ body }, reply) => {
      const { urls, database, keyRing } = deps
      const isHeartbeat = await noteRewound({ issuer: urls.issuer, database, keyRing }, body.heartbeat)
      if (!isHeartbeat) throw notOurHeartbeat()
      return reply.headers(feedHeaders).status(204).send()
    },
  )
}

function notOurHeartbeat(): Problem {
  const detail = '"heartbeat" is no heartbeat that this issuer signed with a key of its JWKS.'
  return new Problem({ status: 400, code: 'invalid_parameter', detail })
}
