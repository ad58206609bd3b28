import {
  carryIdentities,
  type ForeignFormat,
  type ForeignRow,
  listOf,
  member,
  momentOf,
  textOf,
} from './foreign-format.ts'

/**
 * better-auth: its tables `user` and `account` as JSON, in one object of arrays or in files of their own; columns may be called as it does (`userId`) or as
 * adapters do (`user_id`).
 */
export const betterAuth: ForeignFormat = {
  isWrapped: true,
  people: ['user', 'users', ''],
  besides: ['account', 'accounts', 'twoFactor', 'two_factor', 'passkey', 'passkeys', ''],
  keyOf: (user) => textOf(user, 'id'),
  ownerOf: (row) => textOf(row, 'userId', 'user_id'),
  toAccount(user, besides) {
    if (member(user, 'isAnonymous', 'is_anonymous') === true)
      return { ok: false, sentence: 'An anonymous user has no name to log in by.' }
    const rows = [...listOf(user.accounts), ...besides]
    const accounts = rows.filter((row) => textOf(row, 'providerId', 'provider_id') !== undefined)
    const password = accounts
      .map((row) => (providerOf(row) === 'credential' ? hashOf(row) : undefined))
      .find((hash) => hash !== undefined)
    const { carried, leftOut } = carryIdentities(
      accounts
        .filter((row) => providerOf(row) !== 'credential')
        .map((row) => ({ provider: providerOf(row), subject: textOf(row, 'accountId', 'account_id') })),
    )
    const email = textOf(user, 'email')
    const phone = textOf(user, 'phoneNumber', 'phone_number')
    return {
      ok: true,
      line: {
        username: textOf(user, 'displayUsername', 'display_username', 'username') ?? email,
        email,
        email_verified: email !== undefined && isTrue(member(user, 'emailVerified', 'email_verified')),
        created_at: momentOf(member(user, 'createdAt', 'created_at')),
        disabled_at: isTrue(user.banned)
          ? (momentOf(member(user, 'updatedAt', 'updated_at')) ?? new Date(0).toISOString())
          : undefined,
        password_hash: password,
        roles: rolesOf(user),
        profile: {
          name: textOf(user, 'name'),
          picture: textOf(user, 'image'),
          ...(phone === undefined
            ? {}
            : {
                phone_number: phone,
                phone_number_verified: isTrue(member(user, 'phoneNumberVerified', 'phone_number_verified')),
              }),
        },
        federated_identities: carried,
      },
      leftOut: [
        ...leftOut,
        // Sealed under a secret of its own.
        ...(isTrue(member(user, 'twoFactorEnabled', 'two_factor_enabled')) ? ['twoFactor'] : []),
        ...(rows.some((row) => textOf(row, 'credentialID', 'credential_id') !== undefined) ? ['passkey'] : []),
      ],
    }
  },
}

function providerOf(row: ForeignRow): string | undefined {
  return textOf(row, 'providerId', 'provider_id')
}

/** `<salt>:<key>`, both in hexadecimal; the text of the salt is the salt. scrypt with N=16384, r=16, p=1. Other hashes stand as they are. */
function hashOf(row: ForeignRow): string | undefined {
  const hash = textOf(row, 'password')
  const [, salt, key] = /^([0-9a-f]{2,256}):([0-9a-f]{128})$/i.exec(hash ?? '') ?? []
  return key === undefined ? hash : `scrypt:16384:16:1$${salt}$${key.toLowerCase()}`
}

function rolesOf(user: ForeignRow): string[] {
  const roles = (textOf(user, 'role') ?? '').split(',').map((role) => role.trim())
  return roles.filter((role) => role !== '' && role !== 'user')
}

/** SQLite and MySQL have numbers for it. */
function isTrue(value: unknown): boolean {
  return value === true || value === 1 || value === 'true'
}
