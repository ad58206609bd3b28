import { accountRoutes } from './accounts/account-routes.ts'
import type { AdminRoute } from './admin-route.ts'
import { apiRoutes } from './apis/api-routes.ts'
import { auditRoutes } from './audit/audit-routes.ts'
import { clientRoutes } from './clients/client-routes.ts'
import { guardRoutes } from './guards/guard-routes.ts'
import { impersonationRoutes } from './impersonation/impersonation-routes.ts'
import { keyRoutes } from './keys/key-routes.ts'
import { organizationRoutes } from './organizations/organization-routes.ts'
import { revocationRoutes } from './revocations/revocation-routes.ts'
import { roleRoutes } from './roles/role-routes.ts'
import { sessionRoutes } from './sessions/session-routes.ts'
import { settingRoutes } from './settings/setting-routes.ts'
import { statisticRoutes } from './statistics/statistic-routes.ts'
import { webhookDeliveryRoutes } from './webhooks/delivery-routes.ts'
import { webhookRoutes } from './webhooks/webhook-routes.ts'

/** What the routes are about, in the order of the documents. */
export interface AdminResource {
  readonly title: string
  /** One sentence of what it is. */
  readonly purpose: string
  readonly routes: readonly AdminRoute[]
}

export const adminResources: readonly AdminResource[] = [
  { title: 'Accounts', purpose: 'People, and how they sign in.', routes: accountRoutes },
  { title: 'Sessions', purpose: 'Sign-ins of people at clients, on their devices.', routes: sessionRoutes },
  {
    title: 'Roles',
    purpose: 'Names for permissions of any APIs, which accounts and members are given.',
    routes: roleRoutes,
  },
  {
    title: 'Organizations',
    purpose: 'What people act for together, and who belongs to it.',
    routes: organizationRoutes,
  },
  {
    title: 'Audit log',
    purpose: 'What was done, by whom, and the proof that nothing of it was changed.',
    routes: auditRoutes,
  },
  {
    title: 'Impersonation',
    purpose: 'An administrator who acts as a person, briefly and in the open.',
    routes: impersonationRoutes,
  },
  { title: 'Clients', purpose: 'Applications that get tokens.', routes: clientRoutes },
  { title: 'APIs', purpose: 'What tokens are for.', routes: apiRoutes },
  { title: 'Keys', purpose: 'What tokens are signed with.', routes: keyRoutes },
  { title: 'Revocations', purpose: 'What every guard refuses, and who has heard of it.', routes: revocationRoutes },
  { title: 'Guards', purpose: 'The guards of APIs, and how far they follow.', routes: guardRoutes },
  { title: 'Settings', purpose: 'What this server runs with.', routes: settingRoutes },
  { title: 'Statistics', purpose: 'What all instances together do.', routes: statisticRoutes },
  {
    title: 'Webhooks',
    purpose: 'Addresses that are told of what happens, signed.',
    routes: [...webhookRoutes, ...webhookDeliveryRoutes],
  },
]

export const adminRoutes: readonly AdminRoute[] = adminResources.flatMap(({ routes }) => routes)
