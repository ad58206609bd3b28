import { Type } from 'typebox'
import { outdateClaimsOfRole } from '../../../domain/accounts/outdate-claims.ts'
import { settleOutdatedClaims } from '../../../domain/accounts/settle-outdated-claims.ts'
import { listMissingOfRoles } from '../../../domain/administration/administrator.ts'
import { parseRequiredFactor, requirableFactors } from '../../../domain/assurance/required-factor.ts'
import { narrowRole } from '../../../domain/revocation-acts/change-roles.ts'
import { changeRolePermissions } from '../../../domain/roles/change-role-permissions.ts'
import { createRole } from '../../../domain/roles/create-role.ts'
import { endRole } from '../../../domain/roles/end-role.ts'
import { listRoles } from '../../../domain/roles/list-roles.ts'
import { lockRole } from '../../../domain/roles/lock-role.ts'
import { parseRole, parseRoleDescription } from '../../../domain/roles/parse-role.ts'
import { setRoleDemand } from '../../../domain/roles/require-factor.ts'
import { ADMIN_ROLE, type Role, type RolePermission } from '../../../domain/roles/role.ts'
import type { Transaction } from '../../../platform/database/database.ts'
import { Problem } from '../../../platform/http/problem.ts'
import type { AdminCall } from '../admin-call.ts'
import { type AdminRoute, adminRoute } from '../admin-route.ts'
import { closed, confirmationSchema, nullable, pageOf, paging, text, waiting } from '../admin-schemas.ts'
import { answerOnce } from '../answer-once.ts'
import { confirm, readWait } from '../confirm.ts'
import { requireMatch } from '../entity-tag.ts'
import { DEFAULT_LIMIT, readCursor, toPage } from '../page.ts'
import { privilegeExceeded } from '../privilege-problems.ts'
import { findRole } from './find-role.ts'
import { builtInRole, replacePermissions } from './give-permissions.ts'
import { renderRole, rolePermissionSchema, roleSchema } from './role-schema.ts'

const params = closed({ role: text('The role’s name.', { longest: 64 }) })
const permissions = Type.Optional(Type.Array(rolePermissionSchema, { maxItems: 1000 }))
const description = Type.Optional(text('In words for people.', { longest: 512 }))

const list = adminRoute({
  name: 'listRoles',
  method: 'GET',
  path: '/roles',
  permission: 'roles:read',
  summary: 'List roles, by name',
  query: closed({
    is_for_organizations: Type.Optional(
      Type.Boolean({ description: 'Those of members of organizations, or of accounts.' }),
    ),
    ...paging,
  }),
  answer: { status: 200, schema: pageOf(roleSchema, 'RolePage') },
  async act({ deps, query: { is_for_organizations: isForOrganizations, cursor, limit = DEFAULT_LIMIT } }) {
    const [after = ''] = readCursor(cursor, ['string'] as const) ?? []
    const roles = (await listRoles(deps.database.read)).filter(
      (role) => role.name > after && (isForOrganizations ?? role.isForOrganizations) === role.isForOrganizations,
    )
    return { body: toPage(roles, { limit, keyOf: ({ name }) => [name], render: renderRole }) }
  },
})

const get = adminRoute({
  name: 'getRole',
  method: 'GET',
  path: '/roles/{role}',
  permission: 'roles:read',
  summary: 'Read a role',
  params,
  answer: { status: 200, schema: roleSchema, isTagged: true },
  async act({ deps, params: { role } }) {
    return { body: renderRole(await findRole(deps.database.read, role)) }
  },
})

const create = adminRoute({
  name: 'createRole',
  method: 'POST',
  path: '/roles',
  permission: 'roles:write',
  summary: 'Declare a role',
  description: 'It permits nothing at the Admin API that you may not do yourself.',
  body: closed({
    name: text('Such as `editor`; it stays.', { longest: 64 }),
    description,
    is_for_organizations: Type.Optional(Type.Boolean({ description: 'Whether it is for members of organizations.' })),
    permissions,
  }),
  answer: { status: 201, schema: roleSchema, isTagged: true },
  isIdempotent: true,
  problems: [
    'role_taken',
    'role_ending',
    'too_many_roles',
    'privilege_exceeded',
    'unknown_permission',
    'unknown_audience',
    'not_for_organizations',
  ],
  async act(call) {
    const { deps, body, caller } = call
    const parsed = parseRole(body.name)
    if (!parsed.ok) throw invalid(`"name": ${parsed.sentence}`)
    const { role: name } = parsed
    const words = readDescription(body.description)
    const isForOrganizations = body.is_for_organizations === true
    const wanted: readonly RolePermission[] = body.permissions ?? []
    return answerOnce(call, 201, () => async (tx) => {
      const created = await createRole(tx, { name, description: words, isForOrganizations }, caller.actor)
      if (!created.ok) throw new Problem({ status: 409, ...creationProblems[created.reason] })
      if (wanted.length > 0) await replacePermissions(tx, caller, { role: created.role, wanted })
      const location = `${deps.urls.adminUrl}/roles/${encodeURIComponent(name)}`
      return { body: renderRole(await findRole(tx.sql, name)), location }
    })
  },
})

const creationProblems = {
  role_taken: { code: 'role_taken', detail: 'There is a role of that name already.' },
  role_ending: {
    code: 'role_ending',
    detail: 'A role of that name is being deleted: its accounts are still losing it. Try again in a moment.',
  },
  too_many_roles: {
    code: 'too_many_roles',
    detail: 'There are 1000 roles already. A role is for many accounts: delete some.',
  },
} as const

const change = adminRoute({
  name: 'changeRole',
  method: 'PATCH',
  path: '/roles/{role}',
  permission: 'roles:write',
  summary: 'Change what a role permits, requires and is called',
  description:
    'What is left out stays; `permissions` replaces all of them. What is taken away is refused everywhere within a second; what is given comes with the next tokens. The roles `admin` and `owner` stay as they are, but for the factor that they require.',
  params,
  body: closed({
    description,
    permissions,
    required_factor: Type.Optional(
      nullable(
        Type.Enum([...requirableFactors], {
          description: 'What whoever has it must prove; null: nothing in particular.',
        }),
      ),
    ),
  }),
  answer: { status: 200, schema: roleSchema, isTagged: true },
  match: 'required',
  problems: ['built_in_role', 'privilege_exceeded', 'unknown_permission', 'unknown_audience', 'not_for_organizations'],
  async act(call) {
    const { deps, body } = call
    const words = readDescription(body.description)
    const shown = await deps.database.write(async (tx) => {
      const role = await lockForChange(tx, call, call.params.role)
      const { is_built_in: isBuiltIn } = renderRole(role) as { readonly is_built_in: boolean }
      if (isBuiltIn && (words !== undefined || body.permissions !== undefined)) throw builtInRole()
      if (words !== undefined) await describe(tx, call, role.name, words)
      const isNarrowed =
        body.permissions !== undefined &&
        (await replacePermissions(tx, call.caller, { role, wanted: body.permissions }))
      const isDemanding = body.required_factor !== undefined && (await demand(tx, call, role, body.required_factor))
      if (isNarrowed) await narrowRole(tx, role.name, call.caller.actor)
      else if (isDemanding) await outdateClaimsOfRole(tx, role.name)
      return renderRole(await findRole(tx.sql, role.name))
    })
    await settleOutdatedClaims(deps.database)
    return { body: shown }
  },
})

/** A role that stays as it is until the transaction ends. @throws Problem 404, 412, 403 `privilege_exceeded` */
async function lockForChange(tx: Transaction, call: AdminCall, name: string): Promise<Role> {
  // As whoever else takes rights by a role: a program has not locked it yet.
  await lockRole(tx, ADMIN_ROLE)
  await lockRole(tx, name)
  const role = await findRole(tx.sql, name)
  requireMatch(call, renderRole(role))
  const missing = await listMissingOfRoles(tx.sql, call.caller, [name])
  if (missing.length > 0) throw privilegeExceeded(missing)
  return role
}

async function describe(tx: Transaction, { caller }: AdminCall, role: string, words: string): Promise<void> {
  const nothing = { audience: undefined, add: [], remove: [] }
  const described = await changeRolePermissions(tx, { role, description: words, ...nothing }, caller.actor)
  if (!described.ok) throw builtInRole()
}

/** Whether it demands something now. */
async function demand(
  tx: Transaction,
  { caller }: AdminCall,
  { name, isForOrganizations }: Role,
  factor: string | null,
): Promise<boolean> {
  if (isForOrganizations) throw invalid('"required_factor": a role of organizations requires none.')
  const acr = factor === null ? undefined : parseRequiredFactor(factor)
  await setRoleDemand(tx, { role: name, acr, actor: caller.actor })
  return acr !== undefined
}

const remove = adminRoute({
  name: 'deleteRole',
  method: 'DELETE',
  path: '/roles/{role}',
  permission: 'roles:write',
  summary: 'Delete a role, and take it from everybody',
  params,
  query: closed(waiting),
  answer: { status: 200, schema: confirmationSchema },
  match: 'taken',
  problems: ['built_in_role', 'privilege_exceeded'],
  async act(call) {
    readWait(call.query.wait)
    const { deps, caller } = call
    await deps.database.write(async (tx) => {
      const { name } = await lockForChange(tx, call, call.params.role)
      if (!(await endRole(tx, name, caller.actor)).ok) throw builtInRole()
      await narrowRole(tx, name, caller.actor)
    })
    return { body: await confirm(call, await settleOutdatedClaims(deps.database)) }
  },
})

function readDescription(typed: string | undefined): string | undefined {
  if (typed === undefined) return undefined
  const parsed = parseRoleDescription(typed)
  if (!parsed.ok) throw invalid(`"description": ${parsed.sentence}`)
  return parsed.description
}

function invalid(detail: string): Problem {
  return new Problem({ status: 400, code: 'invalid_parameter', detail })
}

export const roleRoutes: readonly AdminRoute[] = [list, create, get, change, remove]
