import { encodeBase32 } from '../../totp/totp-code.ts'
import {
  carryIdentities,
  type ForeignFormat,
  type ForeignRow,
  listOf,
  momentOf,
  objectOf,
  textOf,
  wordOf,
} from './foreign-format.ts'

/** Given to everybody by Keycloak itself. */
const rolesOfEverybody = /^(offline_access|uma_authorization|default-roles-.*)$/

/** Keycloak: a realm that was exported with its users, or the files `<realm>-users-<n>.json` beside it. */
export const keycloak: ForeignFormat = {
  isWrapped: true,
  people: ['users', ''],
  besides: [],
  keyOf: () => undefined,
  ownerOf: () => undefined,
  toAccount(user) {
    if (textOf(user, 'serviceAccountClientId') !== undefined)
      return { ok: false, sentence: 'A service account is no person: create a client instead.' }
    const credentials = listOf(user.credentials)
    const password = credentials.find(({ type }) => type === 'password')
    const totp = credentials.map(totpOf).find((secret) => secret !== undefined)
    const attributes = objectOf(user.attributes)
    const { carried, leftOut } = carryIdentities(
      listOf(user.federatedIdentities).map((identity) => ({
        provider: textOf(identity, 'identityProvider'),
        subject: textOf(identity, 'userId'),
      })),
    )
    return {
      ok: true,
      line: {
        username: textOf(user, 'username'),
        email: textOf(user, 'email'),
        email_verified: textOf(user, 'email') !== undefined && user.emailVerified === true,
        created_at: momentOf(user.createdTimestamp),
        disabled_at:
          user.enabled === false ? (momentOf(user.createdTimestamp) ?? new Date(0).toISOString()) : undefined,
        password_hash: password && { credentialData: password.credentialData, secretData: password.secretData },
        password_set_at: momentOf(password?.createdDate),
        roles: rolesOf(user),
        profile: {
          given_name: textOf(user, 'firstName'),
          family_name: textOf(user, 'lastName'),
          locale: firstOf(attributes.locale),
        },
        ...(totp === undefined ? {} : { totp: { secret: totp } }),
        federated_identities: carried,
      },
      leftOut: [...leftOut, ...namesLeftOut(user, { credentials, hasTotp: totp !== undefined, attributes })],
    }
  },
}

function rolesOf(user: ForeignRow): string[] {
  const roles = Array.isArray(user.realmRoles) ? user.realmRoles : []
  return roles.filter((role) => typeof role === 'string' && !rolesOfEverybody.test(role))
}

/** The bytes of the text are the key, unless it says that they are in base 32. */
function totpOf(credential: ForeignRow): string | undefined {
  if (credential.type !== 'otp') return undefined
  const data = objectOf(credential.credentialData)
  const value = textOf(objectOf(credential.secretData), 'value')
  const isOurs = data.subType === 'totp' && data.digits === 6 && data.period === 30 && data.algorithm === 'HmacSHA1'
  if (value === undefined || !isOurs) return undefined
  return data.secretEncoding === 'BASE32' ? value : encodeBase32(Buffer.from(value))
}

function namesLeftOut(
  user: ForeignRow,
  had: { readonly credentials: readonly ForeignRow[]; readonly hasTotp: boolean; readonly attributes: ForeignRow },
): string[] {
  const factors = had.credentials.filter(({ type }) => type !== 'password').slice(had.hasTotp ? 1 : 0)
  const attributes = Object.keys(had.attributes).filter((name) => name !== 'locale')
  const groups = Array.isArray(user.groups) ? user.groups : []
  return [
    ...factors.map(({ type }) => `credential ${wordOf(type)}`),
    ...(attributes.length > 0 ? ['attributes'] : []),
    ...(Object.keys(objectOf(user.clientRoles)).length > 0 ? ['clientRoles'] : []),
    ...(groups.length > 0 ? ['groups'] : []),
    ...(Array.isArray(user.requiredActions) && user.requiredActions.length > 0 ? ['requiredActions'] : []),
  ]
}

function firstOf(value: unknown): unknown {
  return Array.isArray(value) ? value[0] : value
}
