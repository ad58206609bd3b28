import { type TSchema, Type } from 'typebox'
import type { Invitation } from '../../../domain/invitations/invitation.ts'
import type { Membership } from '../../../domain/memberships/membership.ts'
import type { Organization } from '../../../domain/organizations/organization.ts'
import { closed, nullable, renderTime, renderTimeOrNull, time } from '../admin-schemas.ts'

export const organizationSchema: TSchema = closed(
  {
    id: Type.String({ description: '`org_` and 22 characters: `org_id` of tokens.' }),
    name: Type.String(),
    slug: Type.String({ description: 'What it is called in addresses; it may change.' }),
    created_at: time('When it was created.'),
    disabled_at: nullable(time('Since when nobody may act for it; null: its members may.')),
  },
  'Organization',
)

export function renderOrganization({ id, name, slug, createdAt, disabledAt }: Organization): object {
  return { id, name, slug, created_at: renderTime(createdAt), disabled_at: renderTimeOrNull(disabledAt) }
}

export const memberSchema: TSchema = closed(
  {
    account_id: Type.String(),
    username: Type.String(),
    roles: Type.Array(Type.String(), { description: 'Within the organization. Sorted.' }),
    joined_at: time('When the account joined.'),
    invited_as: nullable(Type.String({ description: 'The address of the invitation that was accepted.' })),
  },
  'Member',
)

export function renderMember({ accountId, roles, joinedAt, invitedAs }: Membership, username: string): object {
  return { account_id: accountId, username, roles, joined_at: renderTime(joinedAt), invited_as: invitedAs ?? null }
}

export const invitationSchema: TSchema = closed(
  {
    id: Type.String(),
    email: Type.String(),
    roles: Type.Array(Type.String(), { description: 'What who accepts it will be.' }),
    created_at: time('When the address was invited first.'),
    sent_at: time('When its latest mail was left.'),
    expires_at: time('Until when it can be accepted.'),
  },
  'Invitation',
)

export function renderInvitation({ id, email, roles, createdAt, sentAt, expiresAt }: Invitation): object {
  return {
    ...{ id, email, roles, created_at: renderTime(createdAt) },
    ...{ sent_at: renderTime(sentAt), expires_at: renderTime(expiresAt) },
  }
}
