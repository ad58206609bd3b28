import { Type } from 'typebox'
import { pageAuditEvents } from '../../../domain/audit/page-audit-events.ts'
import { countAuditEvents, findSealedEvents } from '../../../domain/audit/pending-events.ts'
import type { VerificationState } from '../../../domain/audit-tree/audit-verification.ts'
import { findLeafIndexes, proveEvent } from '../../../domain/audit-tree/prove-tree.ts'
import { renderVerifierKey } from '../../../platform/signed-note/signed-note.ts'
import { type AdminRoute, adminRoute } from '../admin-route.ts'
import { closed, nullable, pageOf, paging, renderTimeOrNull, text, time } from '../admin-schemas.ts'
import { DEFAULT_LIMIT, readCursor, toPage } from '../page.ts'
import { unknownResource } from '../unknown-resource.ts'
import { auditEventSchema, detailSchema, renderAuditEvent } from './event-schema.ts'
import { parseTime } from './parse-time.ts'

const params = closed({ event_id: text('The event’s id.', { longest: 64 }) })

const listAuditEvents = adminRoute({
  name: 'listAuditEvents',
  method: 'GET',
  path: '/audit/events',
  permission: 'audit:read',
  summary: 'List audited events, the latest first',
  query: closed({
    account_id: Type.Optional(text('About this account, which may be deleted.', { longest: 64 })),
    act: Type.Optional(text('This act, such as `login.refused`.', { longest: 64 })),
    actor: Type.Optional(
      text('By `cli`, `system`, `anonymous`, `account:<id>`, `admin:<account id>` or `client:<id>`.', { longest: 600 }),
    ),
    outcome: Type.Optional(Type.Union([Type.Literal('done'), Type.Literal('refused')])),
    from: Type.Optional(time('At this time or later.')),
    to: Type.Optional(time('Before this time.')),
    q: Type.Optional(text('The id of an event, or of a request.', { longest: 64 })),
    ...paging,
  }),
  answer: { status: 200, schema: pageOf(auditEventSchema, 'AuditEventPage') },
  async act({ deps, query }) {
    const { account_id: accountId, act, actor, outcome, q: id, cursor, limit = DEFAULT_LIMIT } = query
    const { read } = deps.database
    const after = readCursor(cursor, ['number', 'string'] as const)
    const found = await pageAuditEvents(read, {
      ...{ accountId, act, actor, outcome, id, from: parseTime('from', query.from), to: parseTime('to', query.to) },
      ...{ order: 'latest', after: after && { at: after[0], id: after[1] }, most: limit + 1 },
    })
    const indexes = await findLeafIndexes(
      read,
      found.map((event) => event.id),
    )
    const keyOf = (event: (typeof found)[number]) => [event.at, event.id]
    const render = (event: (typeof found)[number]) => renderAuditEvent(event, indexes.get(event.id))
    return { body: toPage(found, { limit, keyOf, render }) }
  },
})

const getAuditEvent = adminRoute({
  name: 'getAuditEvent',
  method: 'GET',
  path: '/audit/events/{event_id}',
  permission: 'audit:read',
  summary: 'Read an audited event',
  params,
  answer: { status: 200, schema: auditEventSchema },
  async act({ deps, params: { event_id } }) {
    const event = (await findSealedEvents(deps.database.read, [event_id])).get(event_id)
    if (event === undefined) throw unknownResource('event')
    const indexes = await findLeafIndexes(deps.database.read, [event_id])
    return { body: renderAuditEvent(event, indexes.get(event_id)) }
  },
})

const bundleSchema = closed(
  {
    public: closed({
      v: Type.Integer(),
      id: Type.String(),
      at: Type.String(),
      act: Type.String(),
      actor: Type.String(),
      outcome: Type.String(),
      account_id: nullable(Type.String()),
      session_id: nullable(Type.String()),
      client_id: nullable(Type.String()),
      private: Type.String({ description: 'The commitment to the private part.' }),
    }),
    private: nullable(
      closed({ detail: detailSchema, incident_id: nullable(Type.String()), network: nullable(Type.String()) }),
    ),
    salt: nullable(Type.String()),
    index: Type.Integer(),
    inclusion: Type.Array(Type.String(), { description: 'Hashes, base64.' }),
    checkpoint: Type.String({ description: 'A signed note.' }),
    key: Type.String({ description: 'The verifier key.' }),
  },
  'AuditProof',
)

const proveAuditEvent = adminRoute({
  name: 'proveAuditEvent',
  method: 'GET',
  path: '/audit/events/{event_id}/proof',
  permission: 'audit:read',
  summary: 'Read an event with its proof, to hand on to an auditor',
  description:
    'Its format is in the reference of the audit log. An event of the last second is not in the tree yet: 404.',
  params,
  answer: { status: 200, schema: bundleSchema },
  async act({ deps, params: { event_id } }) {
    const bundle = await proveEvent(deps.database.read, event_id, deps.auditSigner)
    if (bundle === undefined) throw unknownResource('event')
    return { body: bundle }
  },
})

const alarmSchema = closed(
  {
    contradiction: Type.Union([Type.Literal('rolled_back'), Type.Literal('forked'), Type.Literal('unsigned')]),
    seen_by: Type.String({ description: '`server`, or the name of the guard that remembers another tree.' }),
    remembered_size: Type.Integer(),
    found_size: Type.Integer(),
    checkpoint: Type.String({ description: 'The signed checkpoint that the log does not go on from.' }),
  },
  'AuditAlarm',
)

const getAuditState = adminRoute({
  name: 'getAuditState',
  method: 'GET',
  path: '/audit/state',
  permission: 'audit:read',
  summary: 'Read how far the audit log has come, and what is wrong with it',
  description: 'As the instance that answers sees it since its start.',
  answer: {
    status: 200,
    schema: closed(
      {
        size: Type.Integer({ description: 'How many events the tree holds.' }),
        pending: Type.Integer({ description: 'How many are not in it yet.' }),
        checkpoint: nullable(Type.String({ description: 'The newest signed checkpoint.' })),
        key: Type.String({ description: 'The verifier key.' }),
        is_refusing: Type.Boolean({
          description: 'Whether nothing is signed any more, since the log went back or was changed.',
        }),
        alarms: Type.Array(alarmSchema),
      },
      'AuditState',
    ),
  },
  async act({ deps }) {
    const { size, checkpoint, isRefusing, alarms } = deps.auditTree.state()
    const { pending } = await countAuditEvents(deps.database.read)
    return {
      body: {
        ...{ size, pending, checkpoint: checkpoint ?? null, key: renderVerifierKey(deps.auditSigner) },
        is_refusing: isRefusing,
        alarms: alarms.map((alarm) => ({
          ...{ contradiction: alarm.contradiction, seen_by: alarm.seenBy, checkpoint: alarm.checkpoint },
          ...{ remembered_size: alarm.rememberedSize, found_size: alarm.foundSize },
        })),
      },
    }
  },
})

const verificationSchema = closed(
  {
    state: Type.Union([Type.Literal('none'), Type.Literal('running'), Type.Literal('done'), Type.Literal('failed')]),
    started_at: nullable(time('When it was begun.')),
    ended_at: nullable(time('When it was through.')),
    done: Type.Integer({ description: 'How many events it has read.' }),
    of: Type.Integer(),
    is_whole: nullable(Type.Boolean()),
    findings: Type.Array(Type.String(), { description: 'What is wrong, one sentence each; the first hundred.' }),
    finding_count: Type.Integer(),
  },
  'AuditVerification',
)

const beginAuditVerification = adminRoute({
  name: 'beginAuditVerification',
  method: 'POST',
  path: '/audit/verification',
  permission: 'audit:read',
  summary: 'Begin to verify the whole audit log, in the background',
  description: 'One at a time: while one runs, that one is answered. Of the instance that answers.',
  answer: { status: 202, schema: verificationSchema },
  async act({ deps }) {
    deps.auditVerification.begin()
    return { body: renderVerification(deps.auditVerification.state()) }
  },
})

const getAuditVerification = adminRoute({
  name: 'getAuditVerification',
  method: 'GET',
  path: '/audit/verification',
  permission: 'audit:read',
  summary: 'Read how far the verification has come, and what it found',
  answer: { status: 200, schema: verificationSchema },
  async act({ deps }) {
    return { body: renderVerification(deps.auditVerification.state()) }
  },
})

function renderVerification({ state, startedAt, endedAt, done, of, verified }: VerificationState): object {
  return {
    ...{ state, done, of, started_at: renderTimeOrNull(startedAt), ended_at: renderTimeOrNull(endedAt) },
    is_whole: verified ? verified.findingCount === 0 : null,
    findings: verified?.findings.map(({ sentence }) => sentence) ?? [],
    finding_count: verified?.findingCount ?? 0,
  }
}

export const auditRoutes: readonly AdminRoute[] = [
  listAuditEvents,
  getAuditEvent,
  proveAuditEvent,
  getAuditState,
  beginAuditVerification,
  getAuditVerification,
]
