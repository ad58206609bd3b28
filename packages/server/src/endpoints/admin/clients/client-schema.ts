import { type TObject, type TSchema, Type } from 'typebox'
import { nameRequiredFactor, requirableFactors } from '../../../domain/assurance/required-factor.ts'
import { type Client, idTokenAlgorithms } from '../../../domain/clients/client.ts'
import { isBuiltInClient } from '../../../domain/clients/console-client.ts'
import { type ClientOrigin, clientOrigins, type RegisteredClient } from '../../../domain/clients/page-clients.ts'
import { grantTypes } from '../../../domain/clients/parse-client.ts'
import { closed, nullable, renderTime, renderTimeOrNull, time } from '../admin-schemas.ts'

const jwks = Type.Object(
  {
    keys: Type.Optional(
      Type.Array(Type.Object({}, { additionalProperties: true }), { description: 'JWKs, none of them private.' }),
    ),
  },
  { additionalProperties: true, title: 'Jwks', description: 'Public keys (RFC 7517 §5).' },
)

/** Its lists, and what they mean. */
const listed = {
  redirect_uris: 'Where people are sent back to.',
  scopes: 'Which scopes it may ask for; none: any of an API, but never of the Admin API.',
  post_logout_redirect_uris: 'Where people may be sent after signing out.',
}

/** What may be said of a client, with the names of RFC 7591 §2 where it has one. */
const describedMembers = {
  name: Type.String({ minLength: 1, maxLength: 256, description: 'How people know it.' }),
  redirect_uris: texts(listed.redirect_uris),
  grants: Type.Array(Type.Enum([...grantTypes]), { maxItems: 16, description: 'Which grants it may use.' }),
  scopes: texts(listed.scopes),
  is_first_party: Type.Boolean({ description: 'Your own app: people are not asked whether they agree.' }),
  id_token_signed_response_alg: Type.Enum([...idTokenAlgorithms]),
  userinfo_signed_response_alg: nullable(Type.Enum([...idTokenAlgorithms], { description: 'Null: plain JSON.' })),
  post_logout_redirect_uris: texts(listed.post_logout_redirect_uris),
  backchannel_logout_uri: nullable(
    Type.String({ maxLength: 2048, description: 'Where it is told that a session has ended.' }),
  ),
  backchannel_logout_session_required: Type.Boolean(),
  jwks: nullable(jwks),
  jwks_uri: nullable(Type.String({ maxLength: 2048, description: 'Where its public keys are.' })),
  dpop_bound_access_tokens: Type.Boolean({ description: 'It gets only tokens that are bound to a key (RFC 9449).' }),
  require_pushed_authorization_requests: Type.Boolean({ description: 'RFC 9126.' }),
  required_factor: nullable(
    Type.Enum([...requirableFactors], { description: 'The second factor that people sign in at it with.' }),
  ),
  idle_seconds: seconds('How long a session lives without being used.'),
  lifetime_seconds: seconds('How long a session lives in all.'),
}

const typeSchema = Type.Enum(['public', 'confidential'], {
  description: 'Whether it can keep a secret (RFC 6749 §2.1).',
})

const { name, ...others } = describedMembers

/** What is said of a client that is to be registered. */
export const newClientSchema: TObject = closed({ name, type: typeSchema, ...optional(others) })

/** What is said of one that is to be changed. */
export const clientChangeSchema: TObject = Type.Object(optional(describedMembers), {
  additionalProperties: false,
  minProperties: 1,
})

/** What these two let through. */
export interface ClientBody {
  readonly name?: string
  readonly type?: string
  readonly redirect_uris?: readonly string[]
  readonly grants?: readonly string[]
  readonly scopes?: readonly string[]
  readonly is_first_party?: boolean
  readonly id_token_signed_response_alg?: string
  readonly userinfo_signed_response_alg?: string | null
  readonly post_logout_redirect_uris?: readonly string[]
  readonly backchannel_logout_uri?: string | null
  readonly backchannel_logout_session_required?: boolean
  readonly jwks?: object | null
  readonly jwks_uri?: string | null
  readonly dpop_bound_access_tokens?: boolean
  readonly require_pushed_authorization_requests?: boolean
  readonly required_factor?: string | null
  readonly idle_seconds?: number
  readonly lifetime_seconds?: number
}

function optional(members: Readonly<Record<string, TSchema>>): Record<string, TSchema> {
  return Object.fromEntries(Object.entries(members).map(([member, schema]) => [member, Type.Optional(schema)]))
}

export const clientSchema: TSchema = closed(clientMembers(), 'Client')

export const createdClientSchema: TSchema = closed(
  {
    ...clientMembers(),
    client_secret: Type.Optional(
      nullable(
        Type.String({ description: 'Shown this once. Absent: it has none. Null: this is a replay of the answer.' }),
      ),
    ),
  },
  'CreatedClient',
)

function clientMembers() {
  return {
    id: Type.String({ description: '`cli_` and 22 characters, or the URL of the document that describes it.' }),
    type: typeSchema,
    ...describedMembers,
    // A command, or a document of a stranger, is not held to the bounds of a request: one client must not hide the others.
    ...Object.fromEntries(Object.entries(listed).map(([member, description]) => [member, anyTexts(description)])),
    token_endpoint_auth_method: Type.Enum(['none', 'client_secret_basic', 'private_key_jwt']),
    origin: Type.Enum([...clientOrigins], {
      description: 'Who made it: an operator, this server, a document on the web, or itself by `POST /register`.',
    }),
    secret_created_at: nullable(time('When its secret was made; null: it has none.')),
    previous_secret_until: nullable(time('Until when the secret before is taken as well; null: it is not.')),
    created_at: time('When it was registered, or first read.'),
  }
}

export function renderClient({ client, secret }: RegisteredClient): object {
  const { userinfoAlgorithm, backchannelLogout, keys, requiredAcr, sessionLimits } = client
  return {
    id: client.id,
    type: client.type,
    name: client.name,
    redirect_uris: client.redirectUris,
    grants: client.grants,
    scopes: client.scopes,
    is_first_party: client.isFirstParty,
    id_token_signed_response_alg: client.idTokenAlgorithm,
    userinfo_signed_response_alg: userinfoAlgorithm ?? null,
    post_logout_redirect_uris: client.postLogoutRedirectUris,
    backchannel_logout_uri: backchannelLogout?.uri ?? null,
    backchannel_logout_session_required: backchannelLogout?.isSessionRequired ?? false,
    jwks: keys && 'jwks' in keys ? keys.jwks : null,
    jwks_uri: keys && 'jwksUri' in keys ? keys.jwksUri : null,
    dpop_bound_access_tokens: client.isDpopRequired,
    require_pushed_authorization_requests: client.isPushRequired,
    required_factor: nameRequiredFactor(requiredAcr) ?? null,
    idle_seconds: sessionLimits.idleMilliseconds / 1000,
    lifetime_seconds: sessionLimits.absoluteMilliseconds / 1000,
    token_endpoint_auth_method: authMethodOf(client),
    origin: originOf(client),
    secret_created_at: renderTimeOrNull(secret.setAt),
    previous_secret_until: renderTimeOrNull(secret.previousUntil),
    created_at: renderTime(client.createdAt),
  }
}

function authMethodOf({ type, keys }: Client): string {
  if (type === 'public') return 'none'
  return keys ? 'private_key_jwt' : 'client_secret_basic'
}

function originOf({ id, documentFreshUntil, registeredBy }: Client): ClientOrigin {
  if (isBuiltInClient(id)) return 'built_in'
  if (documentFreshUntil !== undefined) return 'document'
  return registeredBy === undefined ? 'operator' : 'registration'
}

function texts(description: string) {
  return Type.Array(Type.String({ minLength: 1, maxLength: 2000 }), { maxItems: 200, description })
}

function anyTexts(description: string) {
  return Type.Array(Type.String(), { description })
}

function seconds(description: string) {
  return Type.Integer({ minimum: 1, maximum: 366 * 86_400, description })
}
