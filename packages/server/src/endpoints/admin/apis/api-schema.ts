import { type TObject, type TSchema, Type } from 'typebox'
import type { Api } from '../../../domain/apis/api.ts'
import { isBuiltInApi } from '../../../domain/apis/built-in-api.ts'
import { tokenAlgorithms } from '../../../domain/apis/token-algorithm.ts'
import { nameRequiredFactor, requirableFactors } from '../../../domain/assurance/required-factor.ts'
import { LONGEST_LIFETIME_SECONDS } from '../../../domain/keys/plan-key-schedule.ts'
import { closed, nullable, renderTime, text, time } from '../admin-schemas.ts'

const permissionSchema = closed(
  {
    name: Type.String({ minLength: 1, maxLength: 64 }),
    description: nullable(Type.String({ minLength: 1, maxLength: 128, description: 'In words for people.' })),
    scope: nullable(
      Type.String({ minLength: 1, maxLength: 256, description: 'The scope without which no token carries it.' }),
    ),
  },
  'ApiPermission',
)

const SCOPES = 'What it understands. A scope is added and never taken away.'

/** What may be said of an API. */
const describedMembers = {
  name: Type.String({ minLength: 1, maxLength: 256, description: 'How people know it.' }),
  scopes: Type.Array(Type.String({ minLength: 1, maxLength: 256 }), {
    maxItems: 200,
    description: SCOPES,
  }),
  scope_descriptions: Type.Record(Type.String(), Type.String({ minLength: 1, maxLength: 128 }), {
    description: 'By scope, what it lets an app do, in words for people.',
  }),
  permissions: Type.Array(permissionSchema, { maxItems: 100, description: 'What roles can permit there.' }),
  lifetime_seconds: Type.Integer({
    minimum: 1,
    maximum: LONGEST_LIFETIME_SECONDS,
    description: 'How long access tokens live that are issued from now on.',
  }),
  algorithm: Type.Enum([...tokenAlgorithms], { description: 'How its access tokens are signed.' }),
  required_factor: nullable(
    Type.Enum([...requirableFactors], { description: 'Without it no person gets a token for the API.' }),
  ),
}

const members = {
  audience: Type.String({ description: 'What its tokens carry as `aud`.' }),
  ...describedMembers,
  // A command is not held to the bounds of a request: one API must not hide the others.
  scopes: Type.Array(Type.String(), { description: SCOPES }),
  built_in: Type.Boolean({ description: 'Whether it is this server’s own: then it stays as it is.' }),
  created_at: time('When it was registered.'),
}

const optional: Record<string, TSchema> = Object.fromEntries(
  Object.entries(describedMembers).map(([member, schema]) => [member, Type.Optional(schema)]),
)

/** What is said of an API that is to be registered. */
export const newApiSchema: TObject = closed({
  audience: text('An absolute URI without fragment (RFC 8707 §2).', { longest: 512 }),
  ...optional,
})

/** What is said of one that is to be changed. */
export const apiChangeSchema: TObject = Type.Object(optional, { additionalProperties: false, minProperties: 1 })

/** What these two let through. */
export interface ApiBody {
  readonly audience?: string
  readonly name?: string
  readonly scopes?: readonly string[]
  readonly scope_descriptions?: Readonly<Record<string, string>>
  readonly permissions?: readonly {
    readonly name: string
    readonly description: string | null
    readonly scope: string | null
  }[]
  readonly lifetime_seconds?: number
  readonly algorithm?: string
  readonly required_factor?: string | null
}

export const apiSchema: TSchema = closed(members, 'Api')

export const createdApiSchema: TSchema = closed(
  {
    ...members,
    secret: Type.Optional(
      nullable(
        Type.String({
          description:
            'For HS256: what this server and the API share, shown this once. Null: this is a replay of the answer.',
        }),
      ),
    ),
  },
  'CreatedApi',
)

export function renderApi(api: Api): object {
  const { audience, name, scopes, scopeDescriptions, permissions, lifetimeSeconds, algorithm, requiredAcr } = api
  return {
    ...{ audience, name, scopes, scope_descriptions: scopeDescriptions },
    permissions: permissions.map((permission) => ({
      name: permission.name,
      description: permission.description ?? null,
      scope: permission.scope ?? null,
    })),
    ...{ lifetime_seconds: lifetimeSeconds, algorithm },
    required_factor: nameRequiredFactor(requiredAcr) ?? null,
    built_in: isBuiltInApi(audience),
    created_at: renderTime(api.createdAt),
  }
}
