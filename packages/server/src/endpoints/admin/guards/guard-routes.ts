import { Type } from 'typebox'
import { type FleetGuard, guardStates, listFleet } from '../../../domain/revocations/list-guards.ts'
import { parseCheckpoint } from '../../../platform/signed-note/checkpoint.ts'
import { type AdminRoute, adminRoute } from '../admin-route.ts'
import { closed, nullable, paging, renderTime, time } from '../admin-schemas.ts'
import { DEFAULT_LIMIT, readCursor, toPage } from '../page.ts'

const guardSchema = closed(
  {
    name: Type.String({ description: 'What it calls itself.' }),
    client_id: Type.String({ description: 'The client whose credential it has.' }),
    state: Type.Enum([...guardStates], {
      description:
        '`live`: it acknowledged within 15 seconds. `stale`: within a minute. `dark`: not since; by default it answers 503 by now, unless it has stopped.',
    }),
    seq: Type.Integer({ description: 'The number of the revocation feed up to which it has applied.' }),
    lag: Type.Integer({ description: 'How many records it has yet to apply.' }),
    acknowledged_at: time('When it said so last.'),
    audit_size: nullable(
      Type.Integer({
        description:
          'How many events of the audit log the checkpoint covers that it remembers: so many nobody can remove without its noticing. null: it has told of none.',
      }),
    ),
  },
  'Guard',
)

const listGuards = adminRoute({
  name: 'listGuards',
  method: 'GET',
  path: '/guards',
  permission: 'guards:read',
  summary: 'List guards that have a credential, by client and name',
  description:
    'Those that were silent for a day are forgotten. Guards without a credential tell nothing of themselves: of them only the open streams at the instance that answers are counted.',
  query: closed({
    state: Type.Optional(Type.Enum([...guardStates], { description: 'In this state.' })),
    ...paging,
  }),
  answer: {
    status: 200,
    schema: closed(
      {
        items: Type.Array(guardSchema),
        next_cursor: nullable(
          Type.String({ description: 'Send it as `cursor` for the next page; null: this is the last.' }),
        ),
        feed_seq: Type.Integer({ description: 'How far the feed has come.' }),
        unnamed_streams: Type.Integer({
          description: 'Streams of guards without a credential that are open at this instance.',
        }),
      },
      'GuardPage',
    ),
  },
  async act({ deps, query: { state, cursor, limit = DEFAULT_LIMIT } }) {
    const [after] = readCursor(cursor, ['string'] as const) ?? []
    const { guards, sequence } = await listFleet(deps.database.read, deps.clock.now())
    const found = guards.filter(
      (guard) => (state === undefined || guard.state === state) && (after === undefined || keyOf(guard) > after),
    )
    const page = toPage(found, { limit, keyOf: (guard) => [keyOf(guard)], render: renderGuard })
    return { body: { ...page, feed_seq: sequence, unnamed_streams: deps.countUnnamedStreams() } }
  },
})

function keyOf({ clientId, name }: FleetGuard): string {
  return `${clientId} ${name}`
}

function renderGuard({ name, clientId, state, sequence, lag, acknowledgedAt, checkpoint }: FleetGuard): object {
  return {
    ...{ name, client_id: clientId, state, seq: sequence, lag },
    acknowledged_at: renderTime(acknowledgedAt),
    audit_size: (checkpoint !== undefined && parseCheckpoint(checkpoint)?.size) || null,
  }
}

export const guardRoutes: readonly AdminRoute[] = [listGuards]
