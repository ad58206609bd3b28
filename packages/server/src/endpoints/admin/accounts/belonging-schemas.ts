import { type TSchema, Type } from 'typebox'
import type { ApiKey } from '../../../domain/api-keys/api-key.ts'
import type { Consent } from '../../../domain/consents/consents.ts'
import type { FederatedIdentity } from '../../../domain/federated-identities/federated-identity.ts'
import type { Membership } from '../../../domain/memberships/membership.ts'
import type { Organization } from '../../../domain/organizations/organization.ts'
import type { Passkey } from '../../../domain/passkeys/passkey.ts'
import { closed, nullable, renderTime, renderTimeOrNull, time } from '../admin-schemas.ts'

/** A list that is short, whole. */
export function listOf(item: TSchema, title: string): TSchema {
  return closed({ items: Type.Array(item) }, title)
}

export const factorsSchema: TSchema = closed(
  {
    has_password: Type.Boolean(),
    password_set_at: nullable(time('When it was set last.')),
    totp_added_at: nullable(time('When the authenticator app was added; null: there is none.')),
    passkeys: Type.Integer({ description: 'How many there are, suspended ones too.' }),
    recovery_codes_left: Type.Integer(),
    remembered_devices: Type.Integer({ description: 'Browsers in which no second factor is asked for.' }),
    identities: Type.Integer({ description: 'Providers that the person signs in with.' }),
  },
  'AccountFactors',
)

export const passkeySchema: TSchema = closed(
  {
    id: Type.String(),
    name: Type.String(),
    aaguid: Type.String({ description: 'What made it, as it says itself.' }),
    transports: Type.Array(Type.String()),
    is_backed_up: Type.Boolean(),
    created_at: time('When it was made.'),
    used_at: nullable(time('When it was used last.')),
    suspended_at: nullable(time('Since when it waits for its person’s word; null: it can be used.')),
  },
  'Passkey',
)

export function renderPasskey(passkey: Passkey): object {
  const { id, name, aaguid, transports, isBackedUp, createdAt, usedAt, suspendedAt } = passkey
  return {
    ...{ id, name, aaguid, transports, is_backed_up: isBackedUp },
    ...{ created_at: renderTime(createdAt), used_at: renderTimeOrNull(usedAt) },
    suspended_at: renderTimeOrNull(suspendedAt),
  }
}

export const identitySchema: TSchema = closed(
  {
    issuer: Type.String({ description: 'The provider.' }),
    subject: Type.String({ description: 'Who the person is there.' }),
    linked_at: time('When it was connected.'),
    used_at: time('When it was used last.'),
  },
  'Identity',
)

export function renderIdentity({ issuer, subject, linkedAt, lastUsedAt }: FederatedIdentity): object {
  return { issuer, subject, linked_at: renderTime(linkedAt), used_at: renderTime(lastUsedAt) }
}

export const accountMembershipSchema: TSchema = closed(
  {
    organization_id: Type.String(),
    organization_name: Type.String(),
    organization_slug: Type.String(),
    roles: Type.Array(Type.String(), { description: 'Within the organization.' }),
    joined_at: time('When the account joined.'),
    invited_as: nullable(Type.String({ description: 'The address of the invitation that was accepted.' })),
  },
  'AccountMembership',
)

export function renderAccountMembership(
  { roles, joinedAt, invitedAs }: Membership,
  { id, name, slug }: Organization,
): object {
  return {
    ...{ organization_id: id, organization_name: name, organization_slug: slug, roles },
    ...{ joined_at: renderTime(joinedAt), invited_as: invitedAs ?? null },
  }
}

export const apiKeySchema: TSchema = closed(
  {
    id: Type.String(),
    name: Type.String({ description: 'As its owner calls it.' }),
    audience: Type.String(),
    scopes: Type.Array(Type.String()),
    created_at: time('When it was made.'),
    expires_at: nullable(time('When it ends; null: it does not.')),
    used_at: nullable(time('When it was used last, to the minute.')),
  },
  'ApiKey',
)

export function renderApiKey({ id, name, audience, scopes, createdAt, expiresAt, usedAt }: ApiKey): object {
  return {
    ...{ id, name, audience, scopes, created_at: renderTime(createdAt) },
    ...{ expires_at: renderTimeOrNull(expiresAt), used_at: renderTimeOrNull(usedAt) },
  }
}

export const consentSchema: TSchema = closed(
  {
    client_id: Type.String(),
    audience: Type.String(),
    organization_id: nullable(Type.String({ description: 'The organization that the client may act for.' })),
    scopes: Type.Array(Type.String()),
    granted_at: time('When it was granted last.'),
  },
  'Consent',
)

export function renderConsent({ clientId, audience, organizationId, scopes, grantedAt }: Consent): object {
  return {
    ...{ client_id: clientId, audience, organization_id: organizationId ?? null },
    ...{ scopes, granted_at: renderTime(grantedAt) },
  }
}
