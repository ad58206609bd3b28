import {
  carryIdentities,
  type ForeignFormat,
  type ForeignRow,
  listOf,
  member,
  momentOf,
  nameLeftOut,
  objectOf,
  textOf,
} from './foreign-format.ts'

/**
 * Auth0: what its export of users gives (JSON lines, or an array), and beside it the file of password hashes that its support gives. That file is enough
 * alone, but knows no names and no identities.
 *
 * @see https://support.auth0.com/center/s/article/How-to-Use-the-Password-Hashes-Export-from-Auth0
 */
export const auth0: ForeignFormat = {
  isWrapped: false,
  people: [''],
  besides: [''],
  keyOf: (user) => textOf(user, 'user_id') ?? userIdOf(user),
  ownerOf: userIdOf,
  toAccount(user, besides) {
    const hashed = [user, ...besides].find((row) => textOf(row, 'passwordHash', 'password_hash') !== undefined)
    const [address] = listOf(user.identifiers).filter((identifier) => identifier.type === 'email')
    const email = textOf(user, 'email') ?? textOf(address ?? {}, 'value')
    const username = textOf(user, 'username') ?? email ?? textOf(user, 'user_id')
    const { carried, leftOut } = carryIdentities(identitiesOf(user))
    return {
      ok: true,
      line: {
        username,
        email,
        email_verified: email !== undefined && (user.email_verified ?? address?.verified) === true,
        created_at: momentOf(user.created_at),
        disabled_at: user.blocked === true ? (momentOf(user.updated_at) ?? new Date(0).toISOString()) : undefined,
        password_hash: hashed && textOf(hashed, 'passwordHash', 'password_hash'),
        password_set_at: momentOf(hashed?.password_set_date),
        profile: profileOf(user, email),
        federated_identities: carried,
      },
      leftOut: [
        ...leftOut,
        ...nameLeftOut(user, ['user_metadata', 'app_metadata', 'multifactor', 'guardian_authenticators']),
      ],
    }
  },
}

/** Some connections count their users. */
function idOf(value: unknown): string | undefined {
  return typeof value === 'number' ? String(value) : typeof value === 'string' && value !== '' ? value : undefined
}

/** In the file of hashes: `auth0|` and what the connection calls the user. */
function userIdOf(row: ForeignRow): string | undefined {
  const id = textOf(row, 'alt_id') ?? textOf(objectOf(row._id), '$oid')
  return id === undefined ? undefined : `auth0|${id}`
}

function identitiesOf(user: ForeignRow): { provider: string | undefined; subject: string | undefined }[] {
  const told = listOf(user.identities).map((identity) => ({
    provider: textOf(identity, 'provider'),
    subject: idOf(member(identity, 'user_id')),
  }))
  const [, provider, subject] = /^([^|]+)\|(.+)$/.exec(textOf(user, 'user_id') ?? '') ?? []
  const all = told.length > 0 ? told : [{ provider, subject }]
  // Its own database of passwords is no provider elsewhere.
  return all.filter((identity) => identity.provider !== undefined && identity.provider !== 'auth0')
}

/** Where there is no name it shows the address as one, and a nickname made of it. */
function profileOf(user: ForeignRow, email: string | undefined): ForeignRow {
  const { name, given_name, family_name, picture, phone_number } = user
  const isMade = name === email || name === textOf(user, 'user_id')
  return {
    ...{ given_name, family_name, picture, phone_number },
    ...(isMade ? {} : { name }),
    ...(phone_number && user.phone_verified === true ? { phone_number_verified: true } : {}),
  }
}
