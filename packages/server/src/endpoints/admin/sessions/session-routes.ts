import { Type } from 'typebox'
import { findAccount } from '../../../domain/accounts/find-account.ts'
import { findAccounts } from '../../../domain/accounts/find-accounts.ts'
import { revoke } from '../../../domain/revocation-acts/revoke.ts'
import { findSession } from '../../../domain/sessions/find-session.ts'
import { pageSessions } from '../../../domain/sessions/page-sessions.ts'
import { withEnds } from '../../../domain/sessions/with-ends.ts'
import { type AdminRoute, adminRoute } from '../admin-route.ts'
import { closed, confirmationSchema, pageOf, paging, text, waiting } from '../admin-schemas.ts'
import { confirm, readWait } from '../confirm.ts'
import { DEFAULT_LIMIT, readCursor, toPage } from '../page.ts'
import { unknownResource } from '../unknown-resource.ts'
import { renderSession, sessionSchema } from './session-schema.ts'

const params = closed({ session_id: text('The session’s id.', { longest: 64 }) })

const listSessions = adminRoute({
  name: 'listSessions',
  method: 'GET',
  path: '/sessions',
  permission: 'sessions:read',
  summary: 'List sessions, the latest first',
  query: closed({
    account_id: Type.Optional(text('Of this account.', { longest: 64 })),
    client_id: Type.Optional(text('At this client.', { longest: 512 })),
    live: Type.Optional(Type.Boolean({ description: 'True: only those that have neither ended nor expired.' })),
    ...paging,
  }),
  answer: { status: 200, schema: pageOf(sessionSchema, 'SessionPage') },
  async act({ deps, query }) {
    const { account_id: accountId, client_id: clientId, live, cursor, limit = DEFAULT_LIMIT } = query
    const after = readCursor(cursor, ['number', 'string'] as const)
    const found = await pageSessions(deps.database.read, {
      ...{ accountId, clientId, liveAt: live === true ? deps.clock.now() : undefined },
      ...{ after: after && { createdAt: after[0], id: after[1] }, most: limit + 1 },
    })
    const keyOf = ({ createdAt, id }: (typeof found)[number]) => [createdAt, id]
    const ids = new Set(found.map(({ accountId }) => accountId))
    const accounts = await findAccounts(deps.database.read, [...ids])
    const render = (session: (typeof found)[number]) =>
      renderSession(session, accounts.get(session.accountId)?.username)
    return { body: toPage(found, { limit, keyOf, render }) }
  },
})

const getSession = adminRoute({
  name: 'getSession',
  method: 'GET',
  path: '/sessions/{session_id}',
  permission: 'sessions:read',
  summary: 'Read a session, ended or not',
  params,
  answer: { status: 200, schema: sessionSchema },
  async act({ deps, params: { session_id } }) {
    const { read } = deps.database
    const found = await findSession(read, session_id)
    const [session] = await withEnds(read, found === undefined ? [] : [found])
    if (session === undefined) throw unknownResource('session')
    const account = await findAccount(read, session.accountId)
    return { body: renderSession(session, account?.username) }
  },
})

const endSession = adminRoute({
  name: 'endSession',
  method: 'DELETE',
  path: '/sessions/{session_id}',
  permission: 'sessions:revoke',
  summary: 'End a session, and revoke its tokens everywhere',
  description: 'Ending it again is no error.',
  params,
  query: closed(waiting),
  answer: { status: 200, schema: confirmationSchema },
  async act(call) {
    readWait(call.query.wait)
    const { deps, params, caller } = call
    const outcome = await revoke(deps, { kind: 'session', id: params.session_id }, caller.actor)
    if (!outcome.ok) throw unknownResource('session')
    return { body: await confirm(call, outcome.sequence) }
  },
})

export const sessionRoutes: readonly AdminRoute[] = [listSessions, getSession, endSession]
