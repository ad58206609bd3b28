import { Type } from 'typebox'
import { listApiKeys } from '../../../domain/api-keys/list-api-keys.ts'
import { listConsents } from '../../../domain/consents/consents.ts'
import { findPassword } from '../../../domain/credentials/find-password.ts'
import { listIdentities } from '../../../domain/federated-identities/list-identities.ts'
import { listMemberships } from '../../../domain/memberships/find-membership.ts'
import { findOrganizations } from '../../../domain/organizations/find-organization.ts'
import { listPasskeys } from '../../../domain/passkeys/list-passkeys.ts'
import { countRecoveryCodes } from '../../../domain/recovery-codes/recovery-codes.ts'
import { listRememberedDevices } from '../../../domain/remembered-devices/remembered-devices.ts'
import { pageSessions } from '../../../domain/sessions/page-sessions.ts'
import { findTotp } from '../../../domain/totp/totp.ts'
import { type AdminRoute, adminRoute } from '../admin-route.ts'
import { closed, pageOf, paging, renderTimeOrNull } from '../admin-schemas.ts'
import { DEFAULT_LIMIT, readCursor, toPage } from '../page.ts'
import { renderSession, sessionSchema } from '../sessions/session-schema.ts'
import { accountParams } from './account-params.ts'
import {
  accountMembershipSchema,
  apiKeySchema,
  consentSchema,
  factorsSchema,
  identitySchema,
  listOf,
  passkeySchema,
  renderAccountMembership,
  renderApiKey,
  renderConsent,
  renderIdentity,
  renderPasskey,
} from './belonging-schemas.ts'
import { readAccount } from './read-account.ts'

const listOwnSessions = adminRoute({
  name: 'listAccountSessions',
  method: 'GET',
  path: '/accounts/{account_id}/sessions',
  permission: 'sessions:read',
  summary: 'List the sessions of an account, the latest first',
  params: accountParams,
  query: closed({
    live: Type.Optional(Type.Boolean({ description: 'True: only those that have neither ended nor expired.' })),
    ...paging,
  }),
  answer: { status: 200, schema: pageOf(sessionSchema, 'SessionPage') },
  async act({ deps, params: { account_id: accountId }, query: { live, cursor, limit = DEFAULT_LIMIT } }) {
    const { account } = await readAccount(deps.database.read, accountId)
    const after = readCursor(cursor, ['number', 'string'] as const)
    const found = await pageSessions(deps.database.read, {
      ...{ accountId, clientId: undefined, liveAt: live === true ? deps.clock.now() : undefined },
      ...{ after: after && { createdAt: after[0], id: after[1] }, most: limit + 1 },
    })
    const keyOf = ({ createdAt, id }: (typeof found)[number]) => [createdAt, id]
    return { body: toPage(found, { limit, keyOf, render: (session) => renderSession(session, account.username) }) }
  },
})

const readFactors = adminRoute({
  name: 'getAccountFactors',
  method: 'GET',
  path: '/accounts/{account_id}/factors',
  permission: 'accounts:read',
  summary: 'Read by what an account can be logged in to',
  description: 'That there is something, never what it is.',
  params: accountParams,
  answer: { status: 200, schema: factorsSchema },
  async act({ deps: { database, clock }, params: { account_id: id } }) {
    const { read } = database
    await readAccount(read, id)
    const password = await findPassword(read, id)
    const totp = await findTotp(read, id)
    return {
      body: {
        has_password: password !== undefined,
        password_set_at: renderTimeOrNull(password?.setAt),
        totp_added_at: renderTimeOrNull(totp?.addedAt),
        passkeys: (await listPasskeys(read, id)).length,
        recovery_codes_left: await countRecoveryCodes(read, id),
        remembered_devices: (await listRememberedDevices(read, id, clock.now())).length,
        identities: (await listIdentities(read, id)).length,
      },
    }
  },
})

const listOwnPasskeys = adminRoute({
  name: 'listAccountPasskeys',
  method: 'GET',
  path: '/accounts/{account_id}/passkeys',
  permission: 'accounts:read',
  summary: 'List the passkeys of an account',
  params: accountParams,
  answer: { status: 200, schema: listOf(passkeySchema, 'PasskeyList') },
  async act({ deps: { database }, params: { account_id: id } }) {
    await readAccount(database.read, id)
    return { body: { items: (await listPasskeys(database.read, id)).map(renderPasskey) } }
  },
})

const listOwnIdentities = adminRoute({
  name: 'listAccountIdentities',
  method: 'GET',
  path: '/accounts/{account_id}/identities',
  permission: 'accounts:read',
  summary: 'List who the person of an account is at other providers',
  params: accountParams,
  answer: { status: 200, schema: listOf(identitySchema, 'IdentityList') },
  async act({ deps: { database }, params: { account_id: id } }) {
    await readAccount(database.read, id)
    return { body: { items: (await listIdentities(database.read, id)).map(renderIdentity) } }
  },
})

const listOwnMemberships = adminRoute({
  name: 'listAccountMemberships',
  method: 'GET',
  path: '/accounts/{account_id}/memberships',
  permission: 'organizations:read',
  summary: 'List the organizations that an account belongs to',
  params: accountParams,
  answer: { status: 200, schema: listOf(accountMembershipSchema, 'AccountMembershipList') },
  async act({ deps: { database }, params: { account_id: id } }) {
    await readAccount(database.read, id)
    const memberships = await listMemberships(database.read, id)
    const ids = memberships.map(({ organizationId }) => organizationId)
    const organizations = new Map((await findOrganizations(database.read, ids)).map((one) => [one.id, one]))
    const items = memberships.flatMap((membership) => {
      const organization = organizations.get(membership.organizationId)
      return organization ? [renderAccountMembership(membership, organization)] : []
    })
    return { body: { items } }
  },
})

const listOwnApiKeys = adminRoute({
  name: 'listAccountApiKeys',
  method: 'GET',
  path: '/accounts/{account_id}/api-keys',
  permission: 'accounts:read',
  summary: 'List the API keys of an account that nobody revoked',
  params: accountParams,
  answer: { status: 200, schema: listOf(apiKeySchema, 'ApiKeyList') },
  async act({ deps: { database }, params: { account_id: accountId } }) {
    await readAccount(database.read, accountId)
    return { body: { items: (await listApiKeys(database.read, { accountId })).map(renderApiKey) } }
  },
})

const listOwnConsents = adminRoute({
  name: 'listAccountConsents',
  method: 'GET',
  path: '/accounts/{account_id}/consents',
  permission: 'accounts:read',
  summary: 'List what the person of an account has allowed which client',
  params: accountParams,
  answer: { status: 200, schema: listOf(consentSchema, 'ConsentList') },
  async act({ deps: { database }, params: { account_id: id } }) {
    await readAccount(database.read, id)
    return { body: { items: (await listConsents(database.read, id)).map(renderConsent) } }
  },
})

export const belongingRoutes: readonly AdminRoute[] = [
  listOwnSessions,
  readFactors,
  listOwnPasskeys,
  listOwnIdentities,
  listOwnMemberships,
  listOwnApiKeys,
  listOwnConsents,
]
