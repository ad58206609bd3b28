import { Type } from 'typebox'
import { findAccount } from '../../../domain/accounts/find-account.ts'
import { revoke } from '../../../domain/revocation-acts/revoke.ts'
import { getFeedSequence } from '../../../domain/revocations/get-feed-sequence.ts'
import { listLivingGuards } from '../../../domain/revocations/list-guards.ts'
import { listRecentRevocations, type RecentRevocation } from '../../../domain/revocations/list-recent-revocations.ts'
import { Problem } from '../../../platform/http/problem.ts'
import {
  parseRevocationTarget,
  type RevocationTarget,
  refuseTarget,
  revocationMembers,
} from '../../revocation-target.ts'
import { takeAccountRole } from '../accounts/take-account-role.ts'
import type { AdminCall } from '../admin-call.ts'
import { type AdminRoute, adminRoute } from '../admin-route.ts'
import {
  closed,
  confirmationSchema,
  nullable,
  pageOf,
  paging,
  renderTime,
  renderTimeOrNull,
  time,
  waiting,
} from '../admin-schemas.ts'
import { type AdminCaller, requirePermission } from '../authenticate-caller.ts'
import { confirm, readWait } from '../confirm.ts'
import { DEFAULT_LIMIT, readCursor, toPage } from '../page.ts'

const revocationSchema = closed(
  {
    seq: Type.Integer({ description: 'Its number in the revocation feed.' }),
    kind: Type.Enum(['s', 'j', 'u', 'c', 'a', 'r', 'k'], {
      description:
        'What is refused: `s` a session or API key, `j` one token, `u` an account, `c` a client, `a` everything, `r` claims that are outdated, `k` a signing key.',
    }),
    up_to: nullable(time('Tokens issued until then are concerned; null: whenever they were issued.')),
    revoked_at: time('When it was written.'),
    forgotten_at: time('When no token that it concerns can be accepted any more.'),
    actor: nullable(
      Type.String({
        description:
          'Who did it, by the audit log: `cli`, `system`, `admin:<account>`, `account:<account>`, `client:<client>`; null: it is not told.',
      }),
    ),
    act: nullable(Type.String({ description: 'What was done, in the word of the audit log; null: it is not told.' })),
    account_id: nullable(Type.String({ description: 'Whose it was.' })),
    client_id: nullable(Type.String({ description: 'At which client.' })),
    session_id: nullable(Type.String({ description: 'The session.' })),
  },
  'Revocation',
)

const listRevocations = adminRoute({
  name: 'listRevocations',
  method: 'GET',
  path: '/revocations',
  permission: 'revocations:read',
  summary: 'List what the revocation feed holds, the latest first, with who revoked what',
  description:
    'Records are gone once no token that they concern can be accepted any more, and ten minutes have passed. The feed holds hashes; who and what is told by the audit log.',
  query: closed(paging),
  answer: { status: 200, schema: pageOf(revocationSchema, 'RevocationPage') },
  async act({ deps, query: { cursor, limit = DEFAULT_LIMIT } }) {
    const [before] = readCursor(cursor, ['number'] as const) ?? []
    const found = await listRecentRevocations(deps.database.read, { before, most: limit + 1 })
    return { body: toPage(found, { limit, keyOf: ({ sequence }) => [sequence], render: renderRevocation }) }
  },
})

const createRevocation = adminRoute({
  name: 'revoke',
  method: 'POST',
  path: '/revocations',
  permission: 'revocations:write',
  summary:
    'Revoke a session, an API key, an account’s sessions, a token, a client’s, a role of an account, a signing key, or everything',
  description:
    'Name exactly one; `remove_role` goes with `account`, and needs `roles:write` as well; `key` needs `keys:write` as well. It is durable when it is answered, and no guard that follows the feed accepts a token of it a second later.',
  query: closed(waiting),
  body: closed(revocationMembers),
  answer: { status: 200, schema: confirmationSchema },
  problems: ['unknown_target', 'privilege_exceeded', 'last_admin'],
  async act(call) {
    readWait(call.query.wait)
    const { deps, caller, body } = call
    const target = parseRevocationTarget(body)
    requireFurther(caller, target)
    if (target.kind === 'role') return { body: await confirm(call, await revokeRole(call, target)) }
    const outcome = await revoke(deps, target, caller.actor)
    if (!outcome.ok) throw refuseTarget(outcome.reason)
    return { body: await confirm(call, outcome.sequence) }
  },
})

const getConfirmation = adminRoute({
  name: 'getRevocationConfirmation',
  method: 'GET',
  path: '/revocations/{seq}/confirmation',
  permission: 'revocations:read',
  summary: 'Which guards have confirmed a number of the feed',
  params: closed({ seq: Type.String({ pattern: '^\\d{1,15}$', description: 'A number of the revocation feed.' }) }),
  query: closed(waiting),
  answer: {
    status: 200,
    schema: closed(
      {
        confirmation: confirmationSchema,
        confirmed_by: Type.Array(Type.String(), { description: 'The names of those that have.' }),
      },
      'NamedConfirmation',
    ),
  },
  problems: ['not_found'],
  async act(call) {
    readWait(call.query.wait)
    const { deps, params } = call
    const sequence = Number(params.seq)
    if (sequence < 1 || sequence > (await getFeedSequence(deps.database.read)))
      throw new Problem({ status: 404, code: 'not_found', detail: 'The feed has not come to that number.' })
    const confirmation = await confirm(call, sequence)
    const guards = await listLivingGuards(deps.database.read, deps.clock.now())
    const confirmed = guards.filter((guard) => guard.sequence >= sequence).map(({ name }) => name)
    return { body: { confirmation, confirmed_by: confirmed.sort() } }
  },
})

/** By the rules of taking a role. */
async function revokeRole(
  call: AdminCall,
  { id: accountId, role }: Extract<RevocationTarget, { kind: 'role' }>,
): Promise<number> {
  if ((await findAccount(call.deps.database.read, accountId)) === undefined) throw refuseTarget('unknown_account')
  return takeAccountRole(call, { accountId, role })
}

/** What it takes besides, so that nobody does by revoking what they may not do otherwise. */
function requireFurther(caller: AdminCaller, { kind }: RevocationTarget): void {
  if (kind === 'role') requirePermission(caller, 'roles:write')
  if (kind === 'key') requirePermission(caller, 'keys:write')
}

function renderRevocation({ sequence, kind, moment, createdAt, forgetAt, event }: RecentRevocation): object {
  return {
    ...{ seq: sequence, kind, up_to: renderTimeOrNull(moment), revoked_at: renderTime(createdAt) },
    forgotten_at: renderTime(forgetAt * 1000),
    actor: event?.actor ?? null,
    act: event?.act ?? null,
    account_id: event?.accountId ?? null,
    client_id: event?.clientId ?? null,
    session_id: event?.sessionId ?? null,
  }
}

export const revocationRoutes: readonly AdminRoute[] = [listRevocations, createRevocation, getConfirmation]
