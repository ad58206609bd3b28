import { Type } from 'typebox'
import { disableAccount } from '../../../domain/accounts/disable-account.ts'
import { enableAccount } from '../../../domain/accounts/enable-account.ts'
import { revokeKeysOfAccount } from '../../../domain/api-keys/revoke-api-key.ts'
import { cancelDeletion } from '../../../domain/personal-data/cancel-deletion.ts'
import { purgeAccount } from '../../../domain/personal-data/purge-accounts.ts'
import { requestDeletion } from '../../../domain/personal-data/request-deletion.ts'
import { requestPurge } from '../../../domain/personal-data/request-purge.ts'
import { getFeedSequence } from '../../../domain/revocations/get-feed-sequence.ts'
import { logOutEverywhere } from '../../../domain/sessions/log-out-everywhere.ts'
import type { Transaction } from '../../../platform/database/database.ts'
import { Problem } from '../../../platform/http/problem.ts'
import { type AdminRoute, adminRoute } from '../admin-route.ts'
import { closed, confirmationSchema, nullable, renderTimeOrNull, time, waiting } from '../admin-schemas.ts'
import { confirm, readWait } from '../confirm.ts'
import { requireMatch } from '../entity-tag.ts'
import { accountParams } from './account-params.ts'
import { accountSchema } from './account-schema.ts'
import { lockAccount } from './lock-account.ts'
import { readAccount } from './read-account.ts'

const disable = adminRoute({
  name: 'disableAccount',
  method: 'POST',
  path: '/accounts/{account_id}/disable',
  permission: 'accounts:write',
  summary: 'Disable an account, end its sessions and revoke its API keys',
  description: 'Again is no error.',
  params: accountParams,
  query: closed(waiting),
  answer: { status: 200, schema: confirmationSchema },
  match: 'taken',
  problems: ['privilege_exceeded', 'last_admin'],
  async act(call) {
    readWait(call.query.wait)
    const { deps, params, caller } = call
    const { account_id: accountId } = params
    const sequence = await deps.database.write(async (tx) => {
      await lockAccount(tx, call, { accountId, endsAdministering: true })
      requireMatch(call, (await readAccount(tx.sql, accountId)).shown)
      await disableAccount(tx, accountId, caller.actor)
      await revokeKeysOfAccount(tx, accountId, caller.actor)
      return (await logOutEverywhere(tx, accountId, caller.actor)).sequence
    })
    return { body: await confirm(call, sequence) }
  },
})

const enable = adminRoute({
  name: 'enableAccount',
  method: 'POST',
  path: '/accounts/{account_id}/enable',
  permission: 'accounts:write',
  summary: 'Let an account log in again',
  description:
    'Whether an operator disabled it or its owner locked it. One that was to be deleted stays. Again is no error.',
  params: accountParams,
  answer: { status: 200, schema: accountSchema, isTagged: true },
  match: 'taken',
  problems: ['privilege_exceeded'],
  async act(call) {
    const { deps, params, caller } = call
    const { account_id: accountId } = params
    const shown = await deps.database.write(async (tx) => {
      await lockAccount(tx, call, { accountId })
      requireMatch(call, (await readAccount(tx.sql, accountId)).shown)
      await enableAccount(tx, accountId, caller.actor)
      return (await readAccount(tx.sql, accountId)).shown
    })
    return { body: shown }
  },
})

const logOut = adminRoute({
  name: 'logOutAccount',
  method: 'POST',
  path: '/accounts/{account_id}/log-out',
  permission: 'sessions:revoke',
  summary: 'End all sessions of an account, and revoke its tokens everywhere',
  params: accountParams,
  query: closed(waiting),
  answer: { status: 200, schema: confirmationSchema },
  async act(call) {
    readWait(call.query.wait)
    const { deps, params, caller } = call
    const { account_id: accountId } = params
    const sequence = await deps.database.write(async (tx) => {
      await readAccount(tx.sql, accountId)
      return (await logOutEverywhere(tx, accountId, caller.actor)).sequence
    })
    return { body: await confirm(call, sequence) }
  },
})

const deletionSchema = closed(
  {
    delete_after: nullable(time('Until when it can still be kept; null: it is gone.')),
    confirmation: confirmationSchema,
  },
  'AccountDeletion',
)

const remove = adminRoute({
  name: 'deleteAccount',
  method: 'DELETE',
  path: '/accounts/{account_id}',
  permission: 'accounts:write',
  summary: 'Delete an account',
  description:
    'Its sessions, tokens and API keys end now. It is deleted for good after the grace (`OSTIARY_DELETION_GRACE_DAYS`), until which it can be restored; or with `at_once=true` before the answer, and nobody can bring it back.',
  params: accountParams,
  query: closed({ at_once: Type.Optional(Type.Boolean({ description: 'Without grace.' })), ...waiting }),
  answer: { status: 200, schema: deletionSchema },
  match: 'taken',
  problems: ['privilege_exceeded', 'last_admin', 'already_requested'],
  async act(call) {
    readWait(call.query.wait)
    const { deps, params, query, caller } = call
    const { account_id: accountId } = params
    const isAtOnce = query.at_once === true
    const deletion = { accountId, actor: caller.actor }
    const { deleteAfter, sequence } = await deps.database.write(async (tx) => {
      await lockAccount(tx, call, { accountId, endsAdministering: true })
      requireMatch(call, (await readAccount(tx.sql, accountId)).shown)
      if (isAtOnce) await requestPurge(tx, deletion)
      const deleteAfter = isAtOnce ? undefined : await wait(tx)
      return { deleteAfter, sequence: await getFeedSequence(tx.sql) }
    })
    if (isAtOnce) await purgeAccount(deps.database, accountId)
    const confirmation = await confirm(call, sequence)
    return { body: { delete_after: renderTimeOrNull(deleteAfter), confirmation } }

    async function wait(tx: Transaction): Promise<number> {
      const requested = await requestDeletion(tx, { ...deletion, graceDays: deps.deletionGraceDays })
      if (!requested.ok) throw alreadyRequested()
      return requested.deleteAfter
    }
  },
})

const restore = adminRoute({
  name: 'restoreAccount',
  method: 'POST',
  path: '/accounts/{account_id}/restore',
  permission: 'accounts:write',
  summary: 'Keep an account that is to be deleted',
  description: 'Sessions and API keys that ended stay ended.',
  params: accountParams,
  answer: { status: 200, schema: accountSchema, isTagged: true },
  match: 'taken',
  problems: ['privilege_exceeded', 'not_to_be_deleted'],
  async act(call) {
    const { deps, params, caller } = call
    const { account_id: accountId } = params
    const shown = await deps.database.write(async (tx) => {
      await lockAccount(tx, call, { accountId })
      requireMatch(call, (await readAccount(tx.sql, accountId)).shown)
      if (!(await cancelDeletion(tx, { accountId, actor: caller.actor }))) throw notToBeDeleted()
      return (await readAccount(tx.sql, accountId)).shown
    })
    return { body: shown }
  },
})

function alreadyRequested(): Problem {
  const detail = 'The account is to be deleted already. With at_once=true it is deleted now.'
  return new Problem({ status: 409, code: 'already_requested', detail })
}

function notToBeDeleted(): Problem {
  const detail = 'The account is not to be deleted, or is being deleted already.'
  return new Problem({ status: 409, code: 'not_to_be_deleted', detail })
}

export const accountStateRoutes: readonly AdminRoute[] = [disable, enable, logOut, remove, restore]
