import { type TSchema, Type } from 'typebox'
import type { parseApiKey } from '../../domain/api-keys/parse-api-key.ts'
import type { OwnEvents } from '../../domain/audit/list-own-events.ts'
import type { OwnSessions } from '../../domain/sessions/end-own-sessions.ts'
import { parameterText } from '../parameter-text.ts'

/** The body of `POST /account/sessions` on the wire: a session's id, `others` or `all`. */
export interface EndSessionsBody {
  readonly end: string
}

export const endSessionsBodySchema: TSchema = Type.Object({
  end: Type.String({ pattern: '^(others|all|[A-Za-z0-9_-]{22})$' }),
})

/** The body of `POST /account/consents` on the wire. */
export interface WithdrawBody {
  readonly client_id: string
}

export const withdrawBodySchema: TSchema = Type.Object({
  client_id: parameterText(2000, 1),
})

/** How long a key that a person makes may live; the first is no default. */
export const keyLifetimes = [
  { value: '30d', days: 30 },
  { value: '90d', days: 90 },
  { value: '365d', days: 365 },
] as const

/** The body of `POST /account/api-keys` on the wire. */
export interface ApiKeyBody {
  readonly name: string
  readonly audience: string
  /** Empty or absent: all of the API. */
  readonly scope?: string
  readonly expires: string
}

export const apiKeyBodySchema: TSchema = Type.Object({
  name: parameterText(512, 1),
  audience: parameterText(512, 1),
  scope: Type.Optional(parameterText(4096)),
  expires: Type.String({ pattern: `^(${keyLifetimes.map(({ value }) => value).join('|')})$` }),
})

/** The body of `POST /account/api-keys/revoke` on the wire: a key's id. */
export interface RevokeKeyBody {
  readonly key: string
}

export const revokeKeyBodySchema: TSchema = Type.Object({
  key: Type.String({ pattern: '^[A-Za-z0-9_-]{22}$' }),
})

/** The query of `GET /account/activity` on the wire: the time and the id of an event, of which the earlier ones are wanted. */
export interface ActivityQuery {
  readonly before?: string
}

export const activityQuerySchema: TSchema = Type.Object({
  before: Type.Optional(Type.String({ pattern: '^[0-9]{1,15}\\.[A-Za-z0-9-]{1,64}$' })),
})

export function parseActivityQuery({ before }: ActivityQuery): OwnEvents['before'] {
  const [at, id] = before?.split('.') ?? []
  return at === undefined || id === undefined ? undefined : { at: Number(at), id }
}

/** The body of `POST /account/data/deletion` on the wire: the account's own user name, as a confirmation. */
export interface DeleteBody {
  readonly username: string
}

export const deleteBodySchema: TSchema = Type.Object({ username: parameterText(320) })

/** The body of `POST /account/keep` on the wire. */
export interface KeepBody {
  readonly decision: 'keep' | 'leave'
}

export const keepBodySchema: TSchema = Type.Object({ decision: Type.String({ pattern: '^(keep|leave)$' }) })

/** RFC 6749 §3.3: scopes are divided by single blanks. */
export function parseApiKeyBody({
  name,
  audience,
  scope = '',
  expires,
}: ApiKeyBody): Parameters<typeof parseApiKey>[0] {
  const scopes = scope.split(' ').filter((word) => word !== '')
  return { name, audience, scopes: scopes.length === 0 ? undefined : scopes, expires }
}

export function parseEndSessions({ end }: EndSessionsBody): OwnSessions {
  if (end === 'others' || end === 'all') return { kind: end }
  return { kind: 'one', id: end }
}
