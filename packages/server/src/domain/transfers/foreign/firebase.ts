import {
  carryIdentities,
  type ForeignFormat,
  type ForeignRow,
  listOf,
  member,
  momentOf,
  nameLeftOut,
  textOf,
  wordOf,
} from './foreign-format.ts'

/**
 * Firebase Authentication: what `firebase auth:export users.json` writes. The project's part of its hashes is shown in its console alone.
 *
 * @see https://firebase.google.com/docs/cli/auth
 */
export const firebase: ForeignFormat = {
  isWrapped: true,
  people: ['users', ''],
  besides: [],
  keyOf: () => undefined,
  ownerOf: () => undefined,
  toAccount(user, _, parameters) {
    const email = textOf(user, 'email')
    const phone = textOf(user, 'phoneNumber')
    const username = email ?? phone
    const providers = listOf(user.providerUserInfo).map((info) => ({
      provider: textOf(info, 'providerId'),
      subject: textOf(info, 'rawId'),
    }))
    const { carried, leftOut } = carryIdentities(
      providers.filter(({ provider }) => provider !== 'password' && provider !== 'phone'),
    )
    if (username === undefined && carried.length === 0)
      return { ok: false, sentence: 'An anonymous user has no name to log in by.' }
    const hash = hashOf(user, parameters)
    const hasPassword = textOf(user, 'passwordHash') !== undefined
    // Made without, the account would be in the way of the import that has them.
    if (hasPassword && signerKeyOf(parameters) === undefined)
      return { ok: false, sentence: 'It has a password: give the parameters of its hash by --hash-parameters.' }
    return {
      ok: true,
      line: {
        username: username ?? textOf(user, 'localId'),
        email,
        email_verified: email !== undefined && user.emailVerified === true,
        created_at: momentOf(user.createdAt),
        disabled_at: user.disabled === true ? (momentOf(user.createdAt) ?? new Date(0).toISOString()) : undefined,
        password_hash: hash,
        profile: {
          name: textOf(user, 'displayName'),
          picture: textOf(user, 'photoUrl'),
          // Nobody has a number there without having shown it.
          ...(phone === undefined ? {} : { phone_number: phone, phone_number_verified: true }),
        },
        federated_identities: carried,
      },
      leftOut: [
        ...leftOut,
        ...nameLeftOut(user, ['mfaInfo', 'customAttributes']),
        ...(hasPassword && hash === undefined ? ['passwordHash: it has no salt'] : []),
      ],
    }
  },
}

function hashOf(user: ForeignRow, parameters: ForeignRow): string | undefined {
  const [salt, hash] = [textOf(user, 'salt'), textOf(user, 'passwordHash')]
  const signerKey = signerKeyOf(parameters)
  const separator = textOf(parameters, 'base64_salt_separator', 'saltSeparator')
  const [rounds, cost] = [member(parameters, 'rounds'), member(parameters, 'mem_cost', 'memCost')].map(wordOf)
  if (salt === undefined || hash === undefined || signerKey === undefined) return undefined
  return `$firebase-scrypt$rounds=${rounds},mem_cost=${cost},salt_separator=${separator ?? ''}$${signerKey}$${salt}$${hash}`
}

function signerKeyOf(parameters: ForeignRow): string | undefined {
  return textOf(parameters, 'base64_signer_key', 'signerKey')
}

/** What the console shows as `hash_config { algorithm: SCRYPT, base64_signer_key: …, }`, or the same as JSON. */
export function parseHashParameters(text: string): ForeignRow {
  // A word begins where none stands before: a text of one long word would be tried at each of its characters.
  const pairs = [...text.matchAll(/(?<!\w)(\w+)"?\s*:\s*"?([\w+/=-]+)"?/g)]
  return Object.fromEntries(pairs.map(([, name = '', value = '']) => [name, value]))
}
