import type { Queries } from '../../platform/database/database.ts'
import { isBuiltInApi } from '../apis/built-in-api.ts'
import { listApis } from '../apis/list-apis.ts'
import { isBuiltInClient } from '../clients/console-client.ts'
import { isOperatorsClient } from '../clients/is-operators-client.ts'
import { listClients } from '../clients/list-clients.ts'
import { createOrganization } from '../organizations/create-organization.ts'
import { findOrganization } from '../organizations/find-organization.ts'
import type { Organization } from '../organizations/organization.ts'
import { parseOrganization } from '../organizations/parse-organization.ts'
import { renameOrganization } from '../organizations/update-organization.ts'
import { listRoles } from '../roles/list-roles.ts'
import { ADMIN_ROLE, OWNER_ROLE } from '../roles/role.ts'
import { compareMembers } from './compare-members.ts'
import type { Declaration, Plan, RunnableStep } from './declaration.ts'
import { type ApplyDeps, describeReason, planApi, planApiDeletion } from './plan-apis.ts'
import { planClient, planClientDeletion } from './plan-clients.ts'
import { type PermissionsOfApis, planRole, planRoleDeletion } from './plan-roles.ts'

interface Planned {
  readonly step?: RunnableStep
  readonly fault?: string
}

/**
 * What would be done to have an installation as it is declared: APIs first, since roles permit what they declare; then roles, clients, organizations; what goes
 * goes last. Changes nothing.
 *
 * @param prunes whether what a declared section does not say is deleted; organizations never are, since people belong to them
 */
export async function planDeclaration(deps: ApplyDeps, declaration: Declaration, prunes: boolean): Promise<Plan> {
  const { read } = deps.database
  const apis = await planApis(deps, declaration)
  const sections = [
    apis.planned,
    await planRoles(deps, declaration, apis.permissions),
    await planClients(deps, declaration),
    await planOrganizations(deps, declaration),
  ].flat()
  return {
    steps: [
      ...sections.flatMap(({ step }) => step ?? []),
      ...(prunes ? await planDeletions(read, deps, declaration) : []),
    ],
    faults: sections.flatMap(({ fault }) => fault ?? []),
  }
}

async function planApis(
  deps: ApplyDeps,
  { apis = {} }: Declaration,
): Promise<{ readonly planned: readonly Planned[]; readonly permissions: PermissionsOfApis }> {
  const current = new Map((await listApis(deps.database.read)).map((api) => [api.audience, api]))
  const planned = Object.entries(apis).map(([audience, declared]) =>
    planApi(deps, audience, declared, current.get(audience)),
  )
  const permissions = new Map([...current].map(([audience, api]) => [audience, api.permissions]))
  for (const { description } of planned) if (description) permissions.set(description.audience, description.permissions)
  return { planned, permissions }
}

async function planRoles(
  deps: ApplyDeps,
  { roles = {} }: Declaration,
  apis: PermissionsOfApis,
): Promise<readonly Planned[]> {
  const current = new Map((await listRoles(deps.database.read)).map((role) => [role.name, role]))
  return Object.entries(roles).map(([name, declared]) =>
    planRole(deps, { name, declared, current: current.get(name), apis }),
  )
}

async function planClients(deps: ApplyDeps, { clients = {} }: Declaration): Promise<readonly Planned[]> {
  const current = new Map((await listClients(deps.database.read)).map((client) => [client.id, client]))
  return Object.entries(clients).map(([id, declared]) => planClient(deps, { id, declared, current: current.get(id) }))
}

async function planOrganizations(deps: ApplyDeps, { organizations = {} }: Declaration): Promise<readonly Planned[]> {
  const planned: Planned[] = []
  for (const [slug, { name }] of Object.entries(organizations)) {
    const parsed = parseOrganization({ name, slug })
    if (!parsed.ok) planned.push({ fault: `The organization ${slug}: ${parsed.sentence}` })
    else planned.push(planOrganization(deps, parsed.description, await findOrganization(deps.database.read, slug)))
  }
  return planned
}

function planOrganization(
  { database, actor }: ApplyDeps,
  description: { readonly name: string; readonly slug: string },
  current: Organization | undefined,
): Planned {
  const changes = compareMembers(current ?? {}, description)
  if (current && changes.length === 0) return {}
  const action = current ? 'change' : 'create'
  return {
    step: {
      planned: { kind: 'organization', id: description.slug, action, changes },
      async run() {
        const done = await database.write((tx) =>
          current ? renameOrganization(tx, current.id, description, actor) : createOrganization(tx, description, actor),
        )
        return done.ok
          ? { ok: true }
          : { ok: false, sentence: `The organization ${description.slug}: ${describeReason(done.reason)}` }
      },
    },
  }
}

/** Of the sections that are declared, and of what an operator has made. */
async function planDeletions(
  read: Queries,
  deps: ApplyDeps,
  { roles, clients, apis }: Declaration,
): Promise<readonly RunnableStep[]> {
  const others = <Thing>(
    things: readonly Thing[],
    declared: object | undefined,
    nameOf: (thing: Thing) => string,
  ): Thing[] => (declared === undefined ? [] : things.filter((thing) => !Object.hasOwn(declared, nameOf(thing))))
  const goingClients = others(await listClients(read), clients, ({ id }) => id).filter(
    (client) => isOperatorsClient(client) && !isBuiltInClient(client.id),
  )
  const goingRoles = others(await listRoles(read), roles, ({ name }) => name).filter(
    ({ name }) => name !== ADMIN_ROLE && name !== OWNER_ROLE,
  )
  const goingApis = others(await listApis(read), apis, ({ audience }) => audience).filter(
    ({ audience }) => !isBuiltInApi(audience),
  )
  return [
    ...goingClients.map((client) => planClientDeletion(deps, client)),
    ...goingRoles.map((role) => planRoleDeletion(deps, role)),
    ...goingApis.map((api) => planApiDeletion(deps, api)),
  ]
}
