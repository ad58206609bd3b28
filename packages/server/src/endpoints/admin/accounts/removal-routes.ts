import { Type } from 'typebox'
import { findApiKey } from '../../../domain/api-keys/find-api-key.ts'
import { revokeApiKeys } from '../../../domain/api-keys/revoke-api-key.ts'
import { withdrawConsent } from '../../../domain/consents/consents.ts'
import { unlinkIdentities } from '../../../domain/federated-identities/unlink-identities.ts'
import { resetFactors } from '../../../domain/login/reset-factors.ts'
import { removePasskey } from '../../../domain/passkeys/remove-passkey.ts'
import { getFeedSequence } from '../../../domain/revocations/get-feed-sequence.ts'
import type { Transaction } from '../../../platform/database/database.ts'
import { Problem } from '../../../platform/http/problem.ts'
import { describeDoer } from '../../describe-doer.ts'
import { noticeDeps } from '../../notice-deps.ts'
import { type AdminRoute, adminRoute } from '../admin-route.ts'
import { closed, confirmationSchema, text, waiting } from '../admin-schemas.ts'
import { confirm, readWait } from '../confirm.ts'
import { unknownResource } from '../unknown-resource.ts'
import { accountParams } from './account-params.ts'
import { lockAccount } from './lock-account.ts'

const accountId = () => text('The account’s id.', { longest: 64 })

const resetAll = adminRoute({
  name: 'resetAccountFactors',
  method: 'POST',
  path: '/accounts/{account_id}/reset-factors',
  permission: 'accounts:write',
  summary: 'Remove the second factors of who has lost them',
  description:
    'The authenticator app, the recovery codes and what was remembered; with `passkeys` all passkeys too. Make sure who asks: a password is enough then.',
  params: accountParams,
  body: closed({ passkeys: Type.Optional(Type.Boolean({ description: 'Whether the passkeys were lost as well.' })) }),
  answer: {
    status: 200,
    schema: closed({ had_totp: Type.Boolean(), passkeys_removed: Type.Integer() }, 'FactorReset'),
  },
  problems: ['privilege_exceeded'],
  async act(call) {
    const { deps, params, body, caller } = call
    const reset = { accountId: params.account_id, actor: caller.actor, losesPasskeys: body.passkeys === true }
    const { hadApp, passkeys } = await deps.database.write(async (tx) => {
      await lockAccount(tx, call, reset)
      return resetFactors(tx, reset)
    })
    return { body: { had_totp: hadApp, passkeys_removed: passkeys } }
  },
})

const removeOnePasskey = adminRoute({
  name: 'removeAccountPasskey',
  method: 'DELETE',
  path: '/accounts/{account_id}/passkeys/{passkey_id}',
  permission: 'accounts:write',
  summary: 'Remove a passkey',
  description: 'Also the last way in. The person is told by mail.',
  params: closed({ account_id: accountId(), passkey_id: text('The passkey’s id.', { longest: 64 }) }),
  answer: { status: 204 },
  problems: ['privilege_exceeded'],
  async act(call) {
    const { deps, params, request, caller } = call
    const owner = { accountId: params.account_id, ...describeDoer(request) }
    await deps.database.write(async (tx) => {
      await lockAccount(tx, call, owner)
      const removal = { owner, id: params.passkey_id, actor: caller.actor }
      if (!(await removePasskey(tx, noticeDeps(deps), removal)).ok) throw unknownResource('passkey')
    })
    return {}
  },
})

const removeIdentity = adminRoute({
  name: 'removeAccountIdentity',
  method: 'DELETE',
  path: '/accounts/{account_id}/identities',
  permission: 'accounts:write',
  summary: 'Disconnect an account from a provider',
  params: accountParams,
  query: closed({ issuer: text('The provider’s issuer.', { longest: 2000 }) }),
  answer: { status: 204 },
  problems: ['privilege_exceeded', 'last_way_in'],
  async act(call) {
    const { deps, params, query, caller } = call
    const unlinked = { accountId: params.account_id, issuer: query.issuer, actor: caller.actor }
    await deps.database.write(async (tx) => {
      await lockAccount(tx, call, unlinked)
      if (!(await unlinkIdentities(tx, unlinked))) throw lastWayIn()
    })
    return {}
  },
})

function lastWayIn(): Problem {
  const detail = 'The account has no password and nothing else to log in with. Give it a password first.'
  return new Problem({ status: 409, code: 'last_way_in', detail })
}

const revokeKey = adminRoute({
  name: 'revokeAccountApiKey',
  method: 'DELETE',
  path: '/accounts/{account_id}/api-keys/{key_id}',
  permission: 'accounts:write',
  summary: 'Revoke an API key, and every token that it gave',
  description: 'Again is no error.',
  params: closed({ account_id: accountId(), key_id: text('The key’s id.', { longest: 64 }) }),
  query: closed(waiting),
  answer: { status: 200, schema: confirmationSchema },
  problems: ['privilege_exceeded'],
  async act(call) {
    readWait(call.query.wait)
    const { deps, params, caller } = call
    const sequence = await deps.database.write(async (tx) => {
      await lockAccount(tx, call, { accountId: params.account_id })
      const key = await findApiKey(tx.sql, params.key_id)
      if (key?.accountId !== params.account_id) throw unknownResource('API key')
      await revokeApiKeys(tx, [key], caller.actor)
      return getFeedSequence(tx.sql)
    })
    return { body: await confirm(call, sequence) }
  },
})

const withdraw = adminRoute({
  name: 'withdrawAccountConsent',
  method: 'DELETE',
  path: '/accounts/{account_id}/consents/{client_id}',
  permission: 'accounts:write',
  summary: 'Withdraw what the person has allowed a client, and end its sessions',
  params: closed({ account_id: accountId(), client_id: text('The client’s id.', { longest: 2000 }) }),
  query: closed(waiting),
  answer: { status: 200, schema: confirmationSchema },
  problems: ['privilege_exceeded'],
  async act(call) {
    readWait(call.query.wait)
    const { deps, params, caller } = call
    const sequence = await deps.database.write(async (tx: Transaction) => {
      await lockAccount(tx, call, { accountId: params.account_id })
      if (!(await withdrawConsent(tx, params.account_id, params.client_id, caller.actor)))
        throw unknownResource('consent')
      return getFeedSequence(tx.sql)
    })
    return { body: await confirm(call, sequence) }
  },
})

export const removalRoutes: readonly AdminRoute[] = [resetAll, removeOnePasskey, removeIdentity, revokeKey, withdraw]
