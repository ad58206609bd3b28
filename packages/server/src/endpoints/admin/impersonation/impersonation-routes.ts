import { Type } from 'typebox'
import { findApi } from '../../../domain/apis/list-apis.ts'
import { describeRefusedAccess } from '../../../domain/apis/resolve-access.ts'
import {
  type BegunImpersonation,
  beginImpersonation as beginInDomain,
} from '../../../domain/impersonation/begin-impersonation.ts'
import {
  continueImpersonation,
  endImpersonation as endInDomain,
} from '../../../domain/impersonation/continue-impersonation.ts'
import { isReason } from '../../../domain/impersonation/is-reason.ts'
import { issueImpersonationToken } from '../../../domain/impersonation/issue-impersonation-token.ts'
import { getFeedSequence } from '../../../domain/revocations/get-feed-sequence.ts'
import { momentForSession } from '../../../domain/sessions/moment-for-session.ts'
import { Problem } from '../../../platform/http/problem.ts'
import { type AdminRoute, adminRoute } from '../admin-route.ts'
import { closed, confirmationSchema, text, waiting } from '../admin-schemas.ts'
import { answerOnce } from '../answer-once.ts'
import { confirm, readWait } from '../confirm.ts'
import { unknownResource } from '../unknown-resource.ts'
import { impersonationSchema, type OpenedImpersonation, renderImpersonation } from './impersonation-schema.ts'
import { requireImpersonator } from './require-impersonator.ts'

const accountId = text('Whom the administrator acts as.', { longest: 64 })
const ownParams = closed({ account_id: accountId, session_id: text('The impersonation’s id.', { longest: 64 }) })

const beginImpersonation = adminRoute({
  name: 'beginImpersonation',
  method: 'POST',
  path: '/accounts/{account_id}/impersonation',
  permission: 'accounts:impersonate',
  summary: 'Act as a person at one API, for 15 minutes at most',
  description:
    'Where `OSTIARY_IMPERSONATION` is on, for a person who signed in within 15 minutes. The token names the person as `sub` and the administrator in `act`. The person is told by mail, and sees it, with the reason, on their account page, where they can end it. Never for oneself, for the role `admin`, or for who may more by this API than the caller.',
  params: closed({ account_id: accountId }),
  body: closed({
    reason: text('Why; the person reads it.', { longest: 200, shortest: 3 }),
    audience: text('The API.', { longest: 512 }),
    scopes: Type.Optional(
      Type.Array(text('A scope of the API.'), { maxItems: 100, description: 'Default: all of the API.' }),
    ),
  }),
  answer: { status: 201, schema: impersonationSchema },
  isIdempotent: true,
  problems: impersonationProblems(),
  async act(call) {
    const { deps, params, body } = call
    const impersonator = requireImpersonator(call)
    if (!isReason(body.reason)) {
      const detail = '"reason" must be 3 to 200 characters, none of them invisible.'
      throw new Problem({ status: 400, code: 'invalid_parameter', detail })
    }
    let opened: OpenedImpersonation | undefined
    const answer = await answerOnce(call, 201, () => async (tx) => {
      const wanted = { accountId: params.account_id, ...body, scopes: body.scopes }
      const begun = await beginInDomain(tx, deps.sealer, wanted, impersonator)
      if (!begun.ok) throw refuse(begun)
      opened = begun
      return { status: 201, body: renderImpersonation(begun, undefined), once: {} }
    })
    // A replay has no token: it was shown once.
    if (opened === undefined) return answer
    const now = await momentForSession(deps.database.read, opened.session)
    const issued = await issueImpersonationToken(deps.tokenIssuer, { ...opened, now })
    return { ...answer, body: renderImpersonation(opened, issued) }
  },
})

const continueOwn = adminRoute({
  name: 'continueImpersonation',
  method: 'POST',
  path: '/accounts/{account_id}/impersonation/{session_id}/token',
  permission: 'accounts:impersonate',
  summary: 'Get a further token of an impersonation of one’s own',
  description: 'It ends no later than before. The login must still be one of the last 15 minutes.',
  params: ownParams,
  answer: { status: 200, schema: impersonationSchema },
  problems: ['impersonation_off', 'person_required', 'insufficient_user_authentication'],
  async act(call) {
    const { deps, params } = call
    const { accountId: administratorId } = requireImpersonator(call)
    const own = { administratorId, accountId: params.account_id, sessionId: params.session_id }
    const continued = await deps.database.write((tx) => continueImpersonation(tx, own))
    const api = continued?.session.audience && (await findApi(deps.database.read, continued.session.audience))
    if (!continued || !api) throw unknownResource('impersonation')
    const opened = { session: continued.session, api }
    const issued = await issueImpersonationToken(deps.tokenIssuer, { ...opened, now: continued.moment })
    return { body: renderImpersonation(opened, issued) }
  },
})

const endOwn = adminRoute({
  name: 'endImpersonation',
  method: 'DELETE',
  path: '/accounts/{account_id}/impersonation/{session_id}',
  permission: 'accounts:impersonate',
  summary: 'End an impersonation of one’s own',
  description: 'Every API refuses its tokens within a second. Ending it again is no error.',
  params: ownParams,
  query: closed(waiting),
  answer: { status: 200, schema: confirmationSchema },
  async act(call) {
    readWait(call.query.wait)
    const { deps, params, caller } = call
    const own = { administratorId: caller.accountId ?? '', accountId: params.account_id, sessionId: params.session_id }
    const ended = await deps.database.write((tx) => endInDomain(tx, own))
    if (ended === undefined) throw unknownResource('impersonation')
    return { body: await confirm(call, ended.sequence ?? (await getFeedSequence(deps.database.read))) }
  },
})

function impersonationProblems(): readonly string[] {
  return [
    ...['impersonation_off', 'person_required', 'insufficient_user_authentication'],
    ...['impersonation_refused', 'invalid_target', 'invalid_scope'],
  ]
}

/** Callers may read accounts and APIs, so they are told which of them it is. */
function refuse(refused: Extract<BegunImpersonation, { ok: false }>): Problem {
  if (refused.reason === 'unknown_account') return unknownResource('account')
  if (refused.reason === 'refused_access') {
    const { access } = refused
    const code = access.reason === 'unknown_scope' ? 'invalid_scope' : 'invalid_target'
    return new Problem({ status: 400, code, detail: describeRefusedAccess(access) })
  }
  const detail = refusals[refused.reason]
  return new Problem({ status: 409, code: 'impersonation_refused', detail, members: { reason: refused.reason } })
}

const refusals = {
  oneself: 'Nobody acts as themselves.',
  inactive_account: 'The account is disabled, locked, or to be deleted.',
  administrator: 'The account administers this server: it has the role admin, or may more by this API than you.',
  foreign_target: 'Nobody acts as somebody else at the Admin API.',
  factor_required: 'A second factor is required there, and you signed in without one.',
} as const

export const impersonationRoutes: readonly AdminRoute[] = [beginImpersonation, continueOwn, endOwn]
