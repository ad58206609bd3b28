import { parseNetwork } from '../../domain/throttle/parse-network.ts'
import type { HttpServer } from '../../platform/http/create-http-server.ts'
import { answerLog } from './answer-log.ts'
import type { RevocationFeedDeps } from './feed-deps.ts'
import { feedHeaders } from './feed-headers.ts'
import { followStream } from './follow-stream.ts'
import { type LogQuery, logQuerySchema, streamQuerySchema } from './parse-request.ts'
import { Snapshots } from './snapshots.ts'

/** Serves the revocation feed: docs/reference/revocation-feed.md. */
export function revocationFeedEndpoint(server: HttpServer, deps: RevocationFeedDeps): void {
  const path = deps.urls.revocationFeedPath
  const snapshots = new Snapshots(deps)
  server.get<{ Querystring: LogQuery }>(
    path,
    // A HEAD would be a stream without an end.
    { schema: { querystring: streamQuerySchema }, exposeHeadRoute: false },
    async ({ query, ip }, reply) => followStream(deps, reply, parseNetwork(ip), Number(query.after)),
  )
  server.get<{ Querystring: LogQuery }>(
    `${path}/log`,
    { schema: { querystring: logQuerySchema } },
    async ({ query, ip }, reply) =>
      answerLog(deps, reply, {
        network: parseNetwork(ip),
        after: Number(query.after),
        waitSeconds: Number(query.wait ?? 0),
      }),
  )
  server.get(`${path}/snapshot`, async (_, reply) => {
    const snapshot = await snapshots.take()
    return reply.headers(feedHeaders).type('application/jsonl').send(snapshot)
  })
}
