import { Type } from 'typebox'
import { findAccount } from '../../../domain/accounts/find-account.ts'
import { findAccounts } from '../../../domain/accounts/find-accounts.ts'
import { lockAccount } from '../../../domain/accounts/lock-account.ts'
import { settleOutdatedClaims } from '../../../domain/accounts/settle-outdated-claims.ts'
import { addMember } from '../../../domain/memberships/add-member.ts'
import { findMembership, pageMembers } from '../../../domain/memberships/find-membership.ts'
import { lockGivenRoles, MOST_ROLES_OF_MEMBER } from '../../../domain/memberships/organization-roles.ts'
import { changeMemberRoles, removeMember } from '../../../domain/revocation-acts/change-membership.ts'
import { type AdminRoute, adminRoute } from '../admin-route.ts'
import { closed, confirmationSchema, pageOf, paging, text, waiting } from '../admin-schemas.ts'
import { confirm, readWait } from '../confirm.ts'
import { DEFAULT_LIMIT, readCursor, toPage } from '../page.ts'
import { unknownResource } from '../unknown-resource.ts'
import { organizationParams } from './organization-params.ts'
import { refusedRoles } from './organization-problems.ts'
import { memberSchema, renderMember } from './organization-schemas.ts'
import { lockOrganizationOf, readOrganization } from './read-organization.ts'

const params = closed({
  organization_id: text('The organization’s id or slug.', { longest: 64 }),
  account_id: text('The account’s id.', { longest: 64 }),
})

const list = adminRoute({
  name: 'listMembers',
  method: 'GET',
  path: '/organizations/{organization_id}/members',
  permission: 'organizations:read',
  summary: 'List the members of an organization, by their accounts’ ids',
  params: organizationParams,
  query: closed(paging),
  answer: { status: 200, schema: pageOf(memberSchema, 'MemberPage') },
  async act({ deps: { database }, params, query: { cursor, limit = DEFAULT_LIMIT } }) {
    const { id } = await readOrganization(database.read, params.organization_id)
    const [after = ''] = readCursor(cursor, ['string'] as const) ?? []
    const found = await pageMembers(database.read, id, { after, most: limit + 1 })
    const accounts = await findAccounts(
      database.read,
      found.map(({ accountId }) => accountId),
    )
    return {
      body: toPage(found, {
        ...{ limit, keyOf: ({ accountId }) => [accountId] },
        render: (member) => renderMember(member, accounts.get(member.accountId)?.username ?? member.accountId),
      }),
    }
  },
})

const put = adminRoute({
  name: 'putMember',
  method: 'PUT',
  path: '/organizations/{organization_id}/members/{account_id}',
  permission: 'organizations:write',
  summary: 'Have an account belong to an organization with these roles, and no others',
  description: 'Whether it did before or not. Roles are those that are for organizations; the last owner stays one.',
  params,
  query: closed(waiting),
  body: closed({
    roles: Type.Array(text('A role for organizations.', { longest: 64 }), { maxItems: MOST_ROLES_OF_MEMBER }),
  }),
  answer: { status: 200, schema: confirmationSchema },
  problems: ['unknown_role', 'too_many_roles', 'last_owner'],
  async act(call) {
    readWait(call.query.wait)
    const { deps, params: named, body, caller } = call
    const { account_id: accountId } = named
    await deps.database.write(async (tx) => {
      const { id: organizationId } = await lockOrganizationOf(tx, named.organization_id)
      const key = { organizationId, accountId }
      if ((await findMembership(tx.sql, key)) !== undefined) {
        const changed = await changeMemberRoles(tx, key, body.roles, caller.actor)
        if (!changed.ok) throw await refusedRoles(tx.sql, changed)
        return
      }
      const given = await lockGivenRoles(tx, body.roles)
      if (!given.ok) throw await refusedRoles(tx.sql, given)
      // A purge that is under way has taken the memberships already.
      await lockAccount(tx, accountId)
      if ((await findAccount(tx.sql, accountId)) === undefined) throw unknownResource('account')
      await addMember(tx, { ...key, roles: given.roles }, caller.actor)
    })
    return { body: await confirm(call, await settleOutdatedClaims(deps.database)) }
  },
})

const remove = adminRoute({
  name: 'removeMember',
  method: 'DELETE',
  path: '/organizations/{organization_id}/members/{account_id}',
  permission: 'organizations:write',
  summary: 'Remove a member, and end what they do for the organization',
  description: 'The last owner stays.',
  params,
  query: closed(waiting),
  answer: { status: 200, schema: confirmationSchema },
  problems: ['last_owner'],
  async act(call) {
    readWait(call.query.wait)
    const { deps, params: named, caller } = call
    await deps.database.write(async (tx) => {
      const { id: organizationId } = await lockOrganizationOf(tx, named.organization_id)
      const removed = await removeMember(tx, { organizationId, accountId: named.account_id }, caller.actor)
      if (!removed.ok) throw await refusedRoles(tx.sql, removed)
    })
    return { body: await confirm(call, await settleOutdatedClaims(deps.database)) }
  },
})

export const memberRoutes: readonly AdminRoute[] = [list, put, remove]
