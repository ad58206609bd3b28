import type { FastifyReply, FastifyRequest } from 'fastify'
import type { AuditTreeKeeper } from '../../domain/audit-tree/audit-tree-keeper.ts'
import { proveConsistency, proveInclusion } from '../../domain/audit-tree/prove-tree.ts'
import type { Database } from '../../platform/database/database.ts'
import type { HttpServer } from '../../platform/http/create-http-server.ts'
import { Problem } from '../../platform/http/problem.ts'
import { sendCacheable } from '../../platform/http/send-cacheable.ts'
import type { IssuerUrls } from '../issuer-urls.ts'
import {
  type ConsistencyQuery,
  consistencyQuerySchema,
  type InclusionQuery,
  inclusionQuerySchema,
} from './parse-request.ts'

export interface AuditLogDeps {
  readonly urls: IssuerUrls
  readonly database: Database
  readonly auditTree: AuditTreeKeeper
}

/** A proof never changes. */
const PROOF_AGE_SECONDS = 31_536_000

/** Serves the newest checkpoint and proofs over the tree: docs/reference/audit-log.md, "Where". */
export function auditLogEndpoint(server: HttpServer, { urls, database, auditTree }: AuditLogDeps): void {
  const { auditPath: path } = urls
  server.get(`${path}/checkpoint`, async (request, reply) => {
    const { checkpoint, size } = auditTree.state()
    if (checkpoint === undefined) throw beyondTree('Nothing has been audited yet.')
    return sendCacheable(request, reply, {
      body: checkpoint,
      contentType: 'text/plain; charset=utf-8',
      etag: `"${size}"`,
      maxAgeSeconds: 1,
    })
  })
  server.get<{ Querystring: ConsistencyQuery }>(
    `${path}/consistency`,
    { schema: { querystring: consistencyQuerySchema } },
    async (request, reply) => {
      const [from, to] = [Number(request.query.from), Number(request.query.to)]
      const hashes = await proveConsistency(database.read, from, to)
      return sendProof(request, reply, { from, to }, hashes)
    },
  )
  server.get<{ Querystring: InclusionQuery }>(
    `${path}/proof`,
    { schema: { querystring: inclusionQuerySchema } },
    async (request, reply) => {
      const [index, size] = [Number(request.query.index), Number(request.query.size)]
      const hashes = await proveInclusion(database.read, index, size)
      return sendProof(request, reply, { index, size }, hashes)
    },
  )
}

function sendProof(
  request: FastifyRequest,
  reply: FastifyReply,
  asked: Readonly<Record<string, number>>,
  hashes: readonly Uint8Array[] | undefined,
): FastifyReply {
  if (hashes === undefined) throw beyondTree('The tree has not come so far, or these numbers are not in order.')
  const body = { ...asked, hashes: hashes.map((hash) => Buffer.from(hash).toString('base64')) }
  return sendCacheable(request, reply, {
    body: JSON.stringify(body),
    contentType: 'application/json',
    etag: `"${Object.values(asked).join('-')}"`,
    maxAgeSeconds: PROOF_AGE_SECONDS,
  })
}

function beyondTree(detail: string): Problem {
  return new Problem({ status: 404, code: 'beyond_tree', detail })
}
