import {
  carryIdentities,
  type ForeignFormat,
  type ForeignRow,
  listOf,
  momentOf,
  nameLeftOut,
  objectOf,
  textOf,
  wordOf,
} from './foreign-format.ts'

/** Supabase: rows of `auth.users` as JSON (lines, or an array), and beside them rows of `auth.identities` and `auth.mfa_factors`. */
export const supabase: ForeignFormat = {
  isWrapped: false,
  people: [''],
  besides: [''],
  keyOf: (user) => textOf(user, 'id'),
  ownerOf: (row) => textOf(row, 'user_id'),
  toAccount(user, besides) {
    if (momentOf(user.deleted_at) !== undefined) return { ok: false, sentence: 'The user was deleted there.' }
    if (user.is_anonymous === true) return { ok: false, sentence: 'An anonymous user has no name to log in by.' }
    const email = textOf(user, 'email')
    const phone = phoneOf(user)
    const rows = [...listOf(user.identities), ...besides]
    const identities = rows.filter((row) => !['email', 'phone', undefined].includes(textOf(row, 'provider')))
    const { carried, leftOut } = carryIdentities(
      identities.map((row) => ({ provider: textOf(row, 'provider'), subject: subjectOf(row) })),
    )
    const factors = rows.filter((row) => textOf(row, 'factor_type') !== undefined && row.status === 'verified')
    const totp = factors
      .map((row) => (row.factor_type === 'totp' ? textOf(row, 'secret') : undefined))
      .find((secret) => secret !== undefined)
    const {
      full_name,
      name = full_name,
      given_name,
      family_name,
      avatar_url,
      picture = avatar_url,
    } = objectOf(user.raw_user_meta_data)
    return {
      ok: true,
      line: {
        username: email ?? phone ?? textOf(user, 'id'),
        email,
        email_verified: email !== undefined && momentOf(user.email_confirmed_at) !== undefined,
        created_at: momentOf(user.created_at),
        disabled_at:
          momentOf(user.banned_until) === undefined
            ? undefined
            : (momentOf(user.updated_at) ?? momentOf(user.created_at)),
        password_hash: textOf(user, 'encrypted_password'),
        profile: {
          ...{ name, given_name, family_name, picture },
          ...(phone === undefined
            ? {}
            : { phone_number: phone, phone_number_verified: momentOf(user.phone_confirmed_at) !== undefined }),
        },
        ...(totp === undefined ? {} : { totp: { secret: totp } }),
        federated_identities: carried,
      },
      leftOut: [
        ...leftOut,
        ...factors.slice(totp === undefined ? 0 : 1).map(({ factor_type: type }) => `factor ${wordOf(type)}`),
        ...nameLeftOut({ raw_app_meta_data: ownMetadata(user) }, ['raw_app_meta_data']),
      ],
    }
  },
}

/** In E.164 without its plus sign. */
function phoneOf(user: ForeignRow): string | undefined {
  const phone = textOf(user, 'phone')
  return phone && (phone.startsWith('+') ? phone : `+${phone}`)
}

function subjectOf(row: ForeignRow): string | undefined {
  return textOf(row, 'provider_id') ?? textOf(objectOf(row.identity_data), 'sub', 'provider_id')
}

/** Without what Supabase itself keeps there. */
function ownMetadata(user: ForeignRow): ForeignRow {
  const { provider: _, providers: __, ...own } = objectOf(user.raw_app_meta_data)
  return own
}
