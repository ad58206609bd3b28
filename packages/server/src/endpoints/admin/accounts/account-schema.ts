import { type TSchema, Type } from 'typebox'
import type { Account } from '../../../domain/accounts/account.ts'
import { accountStates, stateOf } from '../../../domain/accounts/page-accounts.ts'
import { addressMembers, type Profile, profileClaims } from '../../../domain/profiles/profile.ts'
import { closed, nullable, renderTime, renderTimeOrNull, time } from '../admin-schemas.ts'

const members = {
  id: Type.String({ description: '`acc_` and 22 characters: the `sub` of its tokens.' }),
  username: Type.String({ description: 'As its owner typed it.' }),
  email: nullable(Type.String()),
  email_verified: Type.Boolean({ description: 'Whether the address was shown to be its owner’s.' }),
  email_verified_at: nullable(time('Since when it counts as theirs.')),
  state: Type.Enum([...accountStates], {
    description: '`disabled` by an operator, `locked` by its owner, `deleting`: it waits to be deleted.',
  }),
  disabled_at: nullable(time('Since when it cannot log in.')),
  delete_after: nullable(time('When it may be deleted for good.')),
  roles: Type.Array(Type.String(), { description: 'Sorted.' }),
  created_at: time('When it was created.'),
}

const texts = <Name extends string>(names: readonly Name[]) =>
  Object.fromEntries(names.map((name) => [name, Type.Optional(Type.String())]))

/** Claims that are not known are absent. */
const profileSchema = Type.Object(
  {
    ...texts(profileClaims),
    phone_number: Type.Optional(Type.String()),
    phone_number_verified: Type.Optional(Type.Boolean()),
    address: Type.Optional(closed(texts(addressMembers))),
  },
  {
    additionalProperties: false,
    title: 'Profile',
    description: 'What is known of the person, as standard claims (OpenID Connect Core §5.1). Others are absent.',
  },
)

/** As it stands in lists. */
export const accountSummarySchema: TSchema = closed(members, 'AccountSummary')

export const accountSchema: TSchema = closed(
  {
    ...members,
    profile: profileSchema,
  },
  'Account',
)

export function renderAccountSummary(account: Account): object {
  const { id, username, email, emailVerifiedAt, disabledAt, deleteAfter, roles, createdAt } = account
  return {
    id,
    username,
    email: email ?? null,
    email_verified: emailVerifiedAt !== undefined,
    email_verified_at: renderTimeOrNull(emailVerifiedAt),
    state: stateOf(account),
    disabled_at: renderTimeOrNull(disabledAt),
    delete_after: renderTimeOrNull(deleteAfter),
    roles,
    created_at: renderTime(createdAt),
  }
}

export function renderAccount(account: Account, profile: Profile): object {
  return { ...renderAccountSummary(account), profile }
}
