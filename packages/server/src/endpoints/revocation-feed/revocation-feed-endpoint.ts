import { makeSnapshot } from '../../domain/revocations/make-snapshot.ts'
import { noteRewound } from '../../domain/revocations/note-rewound.ts'
import type { HttpServer } from '../../platform/http/create-http-server.ts'
import { Problem } from '../../platform/http/problem.ts'
import { shareLooks } from '../share-looks.ts'
import { answerLog } from './answer-log.ts'
import type { RevocationFeedDeps } from './feed-deps.ts'
import { feedHeaders } from './feed-headers.ts'
import { followStream } from './follow-stream.ts'
import { identifyReader } from './identify-reader.ts'
import { lookAtFeed } from './look-at-feed.ts'
import {
  type AcknowledgementBody,
  acknowledgementBodySchema,
  type LogQuery,
  logQuerySchema,
  type RewoundBody,
  rewoundBodySchema,
  streamQuerySchema,
} from './parse-request.ts'
import { takeAcknowledgement } from './take-acknowledgement.ts'

/** Serves the revocation feed: docs/reference/revocation-feed.md. */
export function revocationFeedEndpoint(server: HttpServer, deps: RevocationFeedDeps): void {
  const { urls, database, keyRing, follower } = deps
  const path = urls.revocationFeedPath
  const snapshotDeps = { issuer: urls.issuer, read: database.read, keyRing }
  // One at a time: who asks while one is being made gets the next, and shares it with all who wait.
  const takeSnapshot = shareLooks(async () => makeSnapshot(snapshotDeps, await lookAtFeed(follower)), 0)
  const config = { importance: 'feed' } as const
  server.get<{ Querystring: LogQuery }>(
    path,
    // A HEAD would be a stream without an end.
    { config, schema: { querystring: streamQuerySchema }, exposeHeadRoute: false },
    async (request, reply) => {
      const { after, nonce } = request.query
      const reader = await identifyReader(deps, request)
      return followStream(deps, reply, { reader, after: Number(after), nonce })
    },
  )
  server.get<{ Querystring: LogQuery }>(
    `${path}/log`,
    { config, schema: { querystring: logQuerySchema } },
    async (request, reply) => {
      const { after, wait = 0, nonce } = request.query
      const reader = await identifyReader(deps, request)
      return answerLog(deps, reply, { reader, after: Number(after), waitSeconds: Number(wait), nonce })
    },
  )
  server.get(`${path}/snapshot`, { config }, async (_, reply) => {
    const snapshot = await takeSnapshot()
    return reply.headers(feedHeaders).type('application/jsonl').send(snapshot)
  })
  server.post<{ Body: AcknowledgementBody }>(
    `${path}/ack`,
    { config, schema: { body: acknowledgementBodySchema } },
    async (request, reply) => takeAcknowledgement(deps, request, reply),
  )
  server.post<{ Body: RewoundBody }>(
    `${path}/rewound`,
    { config, schema: { body: rewoundBodySchema } },
    async ({ body }, reply) => {
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
