import { type ComponentType, type LazyExoticComponent, lazy } from 'react'
import type { AdminPermission } from './sign-in/admin-permissions.ts'

/** One entry of the rail, with the addresses behind it. */
export interface PageEntry {
  /** The word in the rail. */
  readonly name: string
  /** What else somebody may type who looks for it. */
  readonly words: string
  /** Below `/console`; where the entry leads. */
  readonly path: string
  /** `g`, then this letter, goes there. */
  readonly letter: string
  /** What its API asks for: others find no entry. Absent: anybody, also without signing in. */
  readonly permission?: AdminPermission
  /** Addresses and what stands there; each is loaded when it is first opened. Parameters such as `:id` reach it as properties. */
  readonly screens: readonly Screen[]
}

// biome-ignore lint/suspicious/noExplicitAny: each page has properties of its own, by the parameters of its address.
type PageComponent = ComponentType<any>

export interface Screen {
  readonly pattern: string
  readonly page: LazyExoticComponent<PageComponent>
}

/** A page that is a file of its own, loaded when it is needed: `page(() => import('./pages/keys/keys-page.tsx'), 'KeysPage')`. */
function page<Name extends string>(load: () => Promise<Readonly<Record<Name, PageComponent>>>, name: Name) {
  return lazy(async () => ({ default: (await load())[name] }))
}

/**
 * Every page, in the order of the rail. To add one: a folder in `pages/` with its page, and an entry here. Nothing else knows it.
 */
export const pages: readonly PageEntry[] = [
  {
    name: 'Overview',
    words: 'start home issuer statistics',
    path: '/',
    letter: 'o',
    permission: 'statistics:read',
    screens: [{ pattern: '/', page: page(() => import('./pages/overview/overview-page.tsx'), 'OverviewPage') }],
  },
  {
    name: 'Accounts',
    words: 'people users login disable password',
    path: '/accounts',
    letter: 'a',
    permission: 'accounts:read',
    screens: [
      { pattern: '/accounts', page: page(() => import('./pages/accounts/accounts-page.tsx'), 'AccountsPage') },
      { pattern: '/accounts/:id', page: page(() => import('./pages/account/account-page.tsx'), 'AccountPage') },
    ],
  },
  {
    name: 'Sessions',
    words: 'devices signed in end log out',
    path: '/sessions',
    letter: 's',
    permission: 'sessions:read',
    screens: [{ pattern: '/sessions', page: page(() => import('./pages/sessions/sessions-page.tsx'), 'SessionsPage') }],
  },
  {
    name: 'Clients',
    words: 'apps programs secret redirect oauth code snippets',
    path: '/clients',
    letter: 'c',
    permission: 'clients:read',
    screens: [
      { pattern: '/clients', page: page(() => import('./pages/clients/clients-page.tsx'), 'ClientsPage') },
      { pattern: '/clients/:id', page: page(() => import('./pages/clients/client-page.tsx'), 'ClientPage') },
    ],
  },
  {
    name: 'APIs',
    words: 'audience resource server scopes permissions guard code snippets',
    path: '/apis',
    letter: 'p',
    permission: 'apis:read',
    screens: [
      { pattern: '/apis', page: page(() => import('./pages/apis/apis-page.tsx'), 'ApisPage') },
      { pattern: '/apis/:audience', page: page(() => import('./pages/apis/api-page.tsx'), 'ApiPage') },
    ],
  },
  {
    name: 'Roles',
    words: 'permissions matrix what permits what',
    path: '/roles',
    letter: 'r',
    permission: 'roles:read',
    screens: [{ pattern: '/roles', page: page(() => import('./pages/roles/roles-page.tsx'), 'RolesPage') }],
  },
  {
    name: 'Organizations',
    words: 'members invitations tenants teams companies',
    path: '/organizations',
    letter: 't',
    permission: 'organizations:read',
    screens: [
      {
        pattern: '/organizations',
        page: page(() => import('./pages/organizations/organizations-page.tsx'), 'OrganizationsPage'),
      },
      {
        pattern: '/organizations/:id',
        page: page(() => import('./pages/organizations/organization-page.tsx'), 'OrganizationPage'),
      },
    ],
  },
  {
    name: 'Audit',
    words: 'log events who did what proof verify export',
    path: '/audit',
    letter: 'u',
    permission: 'audit:read',
    screens: [
      { pattern: '/audit', page: page(() => import('./pages/audit/audit-page.tsx'), 'AuditPage') },
      { pattern: '/audit/:id', page: page(() => import('./pages/audit/event-page.tsx'), 'EventPage') },
    ],
  },
  {
    name: 'Webhooks',
    words: 'events messages deliveries replay callback',
    path: '/webhooks',
    letter: 'w',
    permission: 'webhooks:read',
    screens: [
      { pattern: '/webhooks', page: page(() => import('./pages/webhooks/webhooks-page.tsx'), 'WebhooksPage') },
      { pattern: '/webhooks/:id', page: page(() => import('./pages/webhooks/webhook-page.tsx'), 'WebhookPage') },
    ],
  },
  {
    name: 'Keys',
    words: 'signing rotate compromised jwks',
    path: '/keys',
    letter: 'k',
    permission: 'keys:read',
    screens: [{ pattern: '/keys', page: page(() => import('./pages/keys/keys-page.tsx'), 'KeysPage') }],
  },
  {
    name: 'Revocation',
    words: 'revoke feed confirm session token everything',
    path: '/revocation',
    letter: 'v',
    permission: 'revocations:read',
    screens: [
      { pattern: '/revocation', page: page(() => import('./pages/revocation/revocation-page.tsx'), 'RevocationPage') },
    ],
  },
  {
    name: 'Guards',
    words: 'apis fleet lag live stale dark',
    path: '/guards',
    letter: 'g',
    permission: 'guards:read',
    screens: [{ pattern: '/guards', page: page(() => import('./pages/guards/guards-page.tsx'), 'GuardsPage') }],
  },
  {
    name: 'Settings',
    words: 'configuration environment',
    path: '/settings',
    letter: 'e',
    permission: 'settings:read',
    screens: [{ pattern: '/settings', page: page(() => import('./pages/settings/settings-page.tsx'), 'SettingsPage') }],
  },
  {
    name: 'Token inspector',
    words: 'jwt decode verify explain check guard',
    path: '/inspector',
    letter: 'i',
    screens: [
      { pattern: '/inspector', page: page(() => import('./pages/inspector/inspector-page.tsx'), 'InspectorPage') },
    ],
  },
]
