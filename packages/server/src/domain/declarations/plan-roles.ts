import type { ApiPermission } from '../apis/api.ts'
import { nameRequiredFactor, parseRequiredFactor, REQUIRED_FACTOR_SENTENCE } from '../assurance/required-factor.ts'
import { deleteRole, requireFactorOfRole, updateRole } from '../revocation-acts/change-roles.ts'
import { createRole } from '../roles/create-role.ts'
import { listRoles } from '../roles/list-roles.ts'
import { parseRole, parseRoleDescription } from '../roles/parse-role.ts'
import { ADMIN_ROLE, type Role } from '../roles/role.ts'
import { compareMembers } from './compare-members.ts'
import type { DeclaredRole, RunnableStep, StepOutcome } from './declaration.ts'
import { type ApplyDeps, describeReason } from './plan-apis.ts'

export interface PlannedRole {
  readonly step?: RunnableStep
  readonly fault?: string
}

/** What APIs will declare once the plan is done, by audience. */
export type PermissionsOfApis = ReadonlyMap<string, readonly ApiPermission[]>

/** What would be done to have one role as it is declared. A description that isn't said stays. */
export function planRole(
  deps: ApplyDeps,
  {
    name,
    declared,
    current,
    apis,
  }: { name: string; declared: DeclaredRole; current: Role | undefined; apis: PermissionsOfApis },
): PlannedRole {
  const fault = findFault(name, declared, current, apis)
  if (fault !== undefined) return { fault: `The role ${name}: ${fault}` }
  const { description = current?.description, requiredFactor } = declared
  const after = {
    description,
    isForOrganizations: declared.isForOrganizations === true,
    permissions: permissionsOf(declared),
    requiredFactor,
  }
  const before = current && { ...current, requiredFactor: nameRequiredFactor(current.requiredAcr) }
  const changes = compareMembers(before ?? {}, after)
  if (before && changes.length === 0) return {}
  const planned = { kind: 'role', id: name, action: before ? 'change' : 'create', changes } as const
  return { step: { planned, run: () => bringAbout(deps, name, declared) } }
}

export function planRoleDeletion({ database, actor }: ApplyDeps, { name }: Role): RunnableStep {
  return {
    planned: { kind: 'role', id: name, action: 'delete', changes: [] },
    async run() {
      const deleted = await deleteRole(database, name, actor)
      return deleted.ok ? { ok: true } : { ok: false, sentence: `The role ${name}: ${describeReason(deleted.reason)}` }
    },
  }
}

function findFault(
  name: string,
  { description, isForOrganizations = false, permissions = {}, requiredFactor }: DeclaredRole,
  current: Role | undefined,
  apis: PermissionsOfApis,
): string | undefined {
  if (name === ADMIN_ROLE) return 'it is built in.'
  const parsed = parseRole(name)
  if (!parsed.ok) return parsed.sentence
  const words = description === undefined ? undefined : parseRoleDescription(description)
  if (words?.ok === false) return words.sentence
  if (requiredFactor !== undefined && parseRequiredFactor(requiredFactor) === undefined) return REQUIRED_FACTOR_SENTENCE
  if (requiredFactor !== undefined && isForOrganizations)
    return 'a role for members of organizations can require no factor.'
  if (current && current.isForOrganizations !== isForOrganizations)
    return 'whether it is for members of organizations can’t change: declare another role.'
  for (const [audience, names] of Object.entries(permissions)) {
    const declared = apis.get(audience)?.map((permission) => permission.name)
    if (!declared) return `there is no API ${audience}.`
    const unknown = names.find((permission) => !declared.includes(permission))
    if (unknown !== undefined) return `the API ${audience} does not declare the permission ${unknown}.`
  }
  return undefined
}

function permissionsOf({ permissions = {} }: DeclaredRole): { audience: string; permission: string }[] {
  return Object.entries(permissions).flatMap(([audience, names]) =>
    [...new Set(names)].map((permission) => ({ audience, permission })),
  )
}

async function bringAbout({ database, actor }: ApplyDeps, name: string, declared: DeclaredRole): Promise<StepOutcome> {
  const { description, isForOrganizations = false } = declared
  // Read anew: an API that was changed before has taken from it what it does not declare any more.
  const current = (await listRoles(database.read)).find((role) => role.name === name)
  if (!current) {
    const created = await database.write((tx) => createRole(tx, { name, description, isForOrganizations }, actor))
    if (!created.ok) return { ok: false, sentence: `The role ${name}: ${describeReason(created.reason)}` }
  }
  const wanted = Map.groupBy(permissionsOf(declared), ({ audience }) => audience)
  const had = Map.groupBy(current?.permissions ?? [], ({ audience }) => audience)
  const changes = [...new Set([...wanted.keys(), ...had.keys()])].map((audience) => {
    const [after, before] = [wanted, had].map((of) => (of.get(audience) ?? []).map(({ permission }) => permission))
    return {
      audience: audience as string | undefined,
      add: (after ?? []).filter((permission) => !before?.includes(permission)),
      remove: (before ?? []).filter((permission) => !after?.includes(permission)),
    }
  })
  if (current && description !== undefined && description !== current.description)
    changes.push({ audience: undefined, add: [], remove: [] })
  for (const { audience, add, remove } of changes) {
    if (audience !== undefined && add.length + remove.length === 0) continue
    const changed = await updateRole(database, { role: name, description, audience, add, remove }, actor)
    if (!changed.ok) return { ok: false, sentence: `The role ${name}: ${describeReason(changed.reason)}` }
  }
  const acr = parseRequiredFactor(declared.requiredFactor)
  if (acr !== current?.requiredAcr) await requireFactorOfRole(database, { role: name, acr, actor })
  return { ok: true }
}
