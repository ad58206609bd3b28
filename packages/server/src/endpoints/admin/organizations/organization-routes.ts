import { Type } from 'typebox'
import { settleOutdatedClaims } from '../../../domain/accounts/settle-outdated-claims.ts'
import { createOrganization } from '../../../domain/organizations/create-organization.ts'
import { pageOrganizations } from '../../../domain/organizations/find-organization.ts'
import { parseOrganization } from '../../../domain/organizations/parse-organization.ts'
import { renameOrganization, setOrganizationDisabled } from '../../../domain/organizations/update-organization.ts'
import { deleteOrganization, disableOrganization } from '../../../domain/revocation-acts/change-membership.ts'
import { Problem } from '../../../platform/http/problem.ts'
import type { AdminAnswer, AdminCall } from '../admin-call.ts'
import { type AdminRoute, adminRoute } from '../admin-route.ts'
import { closed, confirmationSchema, pageOf, paging, text, waiting } from '../admin-schemas.ts'
import { answerOnce } from '../answer-once.ts'
import { confirm, readWait } from '../confirm.ts'
import { requireMatch } from '../entity-tag.ts'
import { DEFAULT_LIMIT, readCursor, toPage } from '../page.ts'
import { invitationRoutes } from './invitation-routes.ts'
import { memberRoutes } from './member-routes.ts'
import { organizationParams } from './organization-params.ts'
import { slugTaken } from './organization-problems.ts'
import { organizationSchema, renderOrganization } from './organization-schemas.ts'
import { lockOrganizationOf, readOrganization } from './read-organization.ts'

const list = adminRoute({
  name: 'listOrganizations',
  method: 'GET',
  path: '/organizations',
  permission: 'organizations:read',
  summary: 'List organizations, the latest first',
  query: closed(paging),
  answer: { status: 200, schema: pageOf(organizationSchema, 'OrganizationPage') },
  async act({ deps, query: { cursor, limit = DEFAULT_LIMIT } }) {
    const key = readCursor(cursor, ['number', 'string'] as const)
    const after = key && { createdAt: key[0], id: key[1] }
    const found = await pageOrganizations(deps.database.read, { after, most: limit + 1 })
    const keyOf = ({ createdAt, id }: (typeof found)[number]) => [createdAt, id]
    return { body: toPage(found, { limit, keyOf, render: renderOrganization }) }
  },
})

const get = adminRoute({
  name: 'getOrganization',
  method: 'GET',
  path: '/organizations/{organization_id}',
  permission: 'organizations:read',
  summary: 'Read an organization',
  params: organizationParams,
  answer: { status: 200, schema: organizationSchema, isTagged: true },
  async act({ deps, params }) {
    return { body: renderOrganization(await readOrganization(deps.database.read, params.organization_id)) }
  },
})

const create = adminRoute({
  name: 'createOrganization',
  method: 'POST',
  path: '/organizations',
  permission: 'organizations:write',
  summary: 'Create an organization, without members as yet',
  body: closed({
    name: text('What people see.'),
    slug: Type.Optional(text('What apps may call it besides its id. Default: made of the name.', { longest: 64 })),
  }),
  answer: { status: 201, schema: organizationSchema, isTagged: true },
  isIdempotent: true,
  problems: ['slug_taken'],
  async act(call) {
    const { deps, body, caller } = call
    const description = readDescription(body)
    return answerOnce(call, 201, () => async (tx) => {
      const created = await createOrganization(tx, description, caller.actor)
      if (!created.ok) throw slugTaken()
      const { organization } = created
      const location = `${deps.urls.adminUrl}/organizations/${organization.id}`
      return { body: renderOrganization(organization), location }
    })
  },
})

const change = adminRoute({
  name: 'changeOrganization',
  method: 'PATCH',
  path: '/organizations/{organization_id}',
  permission: 'organizations:write',
  summary: 'Call an organization something else',
  params: organizationParams,
  body: closed({
    name: Type.Optional(text('What people see.')),
    slug: Type.Optional(text('What apps may call it.', { longest: 64 })),
  }),
  answer: { status: 200, schema: organizationSchema, isTagged: true },
  match: 'required',
  problems: ['slug_taken'],
  async act(call) {
    const { deps, params, body, caller } = call
    const shown = await deps.database.write(async (tx) => {
      const before = await lockOrganizationOf(tx, params.organization_id)
      requireMatch(call, renderOrganization(before))
      const { name = before.name, slug = before.slug } = body
      if (name === before.name && slug === before.slug) return renderOrganization(before)
      const renamed = await renameOrganization(tx, before.id, readDescription({ name, slug }), caller.actor)
      if (!renamed.ok) throw slugTaken()
      return renderOrganization(renamed.organization)
    })
    return { body: shown }
  },
})

const disable = adminRoute({
  name: 'disableOrganization',
  method: 'POST',
  path: '/organizations/{organization_id}/disable',
  permission: 'organizations:write',
  summary: 'Keep everybody from acting for an organization, and end what does',
  description: 'Again is no error.',
  params: organizationParams,
  query: closed(waiting),
  answer: { status: 200, schema: confirmationSchema },
  match: 'taken',
  act: (call) => endActing(call, disableOrganization),
})

const enable = adminRoute({
  name: 'enableOrganization',
  method: 'POST',
  path: '/organizations/{organization_id}/enable',
  permission: 'organizations:write',
  summary: 'Let members act for an organization again',
  description: 'Again is no error.',
  params: organizationParams,
  answer: { status: 200, schema: organizationSchema, isTagged: true },
  match: 'taken',
  async act(call) {
    const { deps, params, caller } = call
    const shown = await deps.database.write(async (tx) => {
      const organization = await lockOrganizationOf(tx, params.organization_id)
      requireMatch(call, renderOrganization(organization))
      await setOrganizationDisabled(tx, organization.id, false, caller.actor)
      return renderOrganization(await readOrganization(tx.sql, organization.id))
    })
    return { body: shown }
  },
})

const remove = adminRoute({
  name: 'deleteOrganization',
  method: 'DELETE',
  path: '/organizations/{organization_id}',
  permission: 'organizations:write',
  summary: 'Delete an organization with its memberships and invitations, and end what acts for it',
  params: organizationParams,
  query: closed(waiting),
  answer: { status: 200, schema: confirmationSchema },
  match: 'taken',
  act: (call) => endActing(call, deleteOrganization),
})

/** Ends what acts for an organization by an act upon it, and tells what guards know of that. */
async function endActing(
  call: AdminCall<{ readonly organization_id: string }, { readonly wait?: string }>,
  act: typeof disableOrganization,
): Promise<AdminAnswer> {
  readWait(call.query.wait)
  const { deps, params, caller } = call
  await deps.database.write(async (tx) => {
    const organization = await lockOrganizationOf(tx, params.organization_id)
    requireMatch(call, renderOrganization(organization))
    await act(tx, organization.id, caller.actor)
  })
  return { body: await confirm(call, await settleOutdatedClaims(deps.database)) }
}

function readDescription(typed: { readonly name: string; readonly slug?: string | undefined }): {
  readonly name: string
  readonly slug: string
} {
  const parsed = parseOrganization(typed)
  if (parsed.ok) return parsed.description
  throw new Problem({ status: 400, code: 'invalid_parameter', detail: `"${parsed.reason}": ${parsed.sentence}` })
}

export const organizationRoutes: readonly AdminRoute[] = [
  ...[list, create, get, change, disable, enable, remove],
  ...memberRoutes,
  ...invitationRoutes,
]
