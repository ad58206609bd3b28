import type { Transaction } from '../../platform/database/database.ts'
import type { Acr } from '../assurance/acr.ts'
import type { Api } from './api.ts'
import { putBuiltInApi } from './api-store.ts'

/** The audience of the Admin API, `/admin/api/v1`. It is built in: made with the schema, and no operator changes or deletes it. */
export const ADMIN_AUDIENCE = 'urn:ostiary:admin'

/** What may be done by the Admin API: each is a permission for people, by their roles, and a scope of the same name for programs. */
export type AdminPermission =
  | 'accounts:read'
  | 'accounts:write'
  | 'accounts:impersonate'
  | 'sessions:read'
  | 'sessions:revoke'
  | 'clients:read'
  | 'clients:write'
  | 'apis:read'
  | 'apis:write'
  | 'roles:read'
  | 'roles:write'
  | 'organizations:read'
  | 'organizations:write'
  | 'keys:read'
  | 'keys:write'
  | 'revocations:read'
  | 'revocations:write'
  | 'guards:read'
  | 'audit:read'
  | 'settings:read'
  | 'statistics:read'
  | 'webhooks:read'
  | 'webhooks:write'

/** In words for people. */
export const adminPermissions: Readonly<Record<AdminPermission, string>> = {
  'accounts:read': 'See accounts and how they sign in',
  'accounts:write': 'Create, change, disable and delete accounts',
  'accounts:impersonate': 'Act as somebody else, where impersonation is on',
  'sessions:read': 'See sessions',
  'sessions:revoke': 'End sessions',
  'clients:read': 'See clients',
  'clients:write': 'Create, change and delete clients',
  'apis:read': 'See APIs',
  'apis:write': 'Create, change and delete APIs',
  'roles:read': 'See roles and what they permit',
  'roles:write': 'Create, change, give and take roles',
  'organizations:read': 'See organizations and their members',
  'organizations:write': 'Create, change and delete organizations, and their members',
  'keys:read': 'See signing keys',
  'keys:write': 'Rotate and replace signing keys',
  'revocations:read': 'See what was revoked',
  'revocations:write': 'Revoke sessions, tokens, accounts, clients and everything',
  'guards:read': 'See which guards follow',
  'audit:read': 'Read the audit log',
  'settings:read': 'See the settings',
  'statistics:read': 'See statistics',
  'webhooks:read': 'See webhooks',
  'webhooks:write': 'Create, change and delete webhooks',
}

export const adminPermissionNames: readonly AdminPermission[] = Object.keys(adminPermissions) as AdminPermission[]

/**
 * The scopes of the Admin API are no other API's: a client's scopes are one list, so whoever is given `accounts:read` for a bank's accounts could read
 * this server's.
 */
export function isAdminScope(scope: string): boolean {
  return Object.hasOwn(adminPermissions, scope)
}

export const ADMIN_SCOPE_SENTENCE =
  'That is a scope of the Admin API: a client that has it could administer this server. Call it otherwise, such as bank:accounts:read.'

const LIFETIME_SECONDS = 150

/** Writes the Admin API as this version has it. @param requiredAcr what it requires of people; undefined: nothing in particular */
export async function putAdminApi(tx: Transaction, requiredAcr: Acr | undefined): Promise<void> {
  await putBuiltInApi(tx.sql, describeAdminApi(requiredAcr))
}

/** Whether it stands as this version has it, and requires that. */
export function isAdminApiCurrent(api: Api | undefined, requiredAcr: Acr | undefined): boolean {
  return api !== undefined && JSON.stringify(api) === JSON.stringify(describeAdminApi(requiredAcr))
}

function describeAdminApi(requiredAcr: Acr | undefined): Api {
  const names = adminPermissionNames.toSorted()
  return {
    audience: ADMIN_AUDIENCE,
    name: 'Admin API',
    scopes: names,
    scopeDescriptions: Object.fromEntries(names.map((name) => [name, adminPermissions[name]])),
    permissions: names.map((name) => ({ name, description: adminPermissions[name], scope: name })),
    lifetimeSeconds: LIFETIME_SECONDS,
    algorithm: 'ES256',
    requiredAcr,
    sealedSecret: undefined,
    createdAt: 0,
  }
}
