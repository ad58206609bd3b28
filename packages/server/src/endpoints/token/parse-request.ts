import { type TSchema, Type } from 'typebox'
import type { OauthError } from '../oauth-error.ts'

/** The body of `POST /token` on the wire. Unknown parameters are ignored (RFC 6749 §3.2). */
export interface TokenBody {
  readonly grant_type?: string
  readonly refresh_token?: string
  readonly scope?: string
  readonly resource?: string
  readonly audience?: string
}

const text = (maxLength: number) => Type.Optional(Type.String({ maxLength, pattern: '^[^\\p{Cc}\\p{Cs}]*$' }))

export const tokenBodySchema: TSchema = Type.Object({
  grant_type: text(128),
  refresh_token: text(512),
  scope: text(4096),
  resource: text(512),
  audience: text(512),
  client_id: text(128),
  client_secret: text(256),
})

/** A refresh as the rooms inside speak of it. */
export interface RefreshRequest {
  /** Undefined: it may stand in the cookie. */
  readonly refreshToken: string | undefined
  readonly audience: string | undefined
  readonly scopes: readonly string[] | undefined
}

export type ParsedTokenRequest =
  | { readonly ok: true; readonly refresh: RefreshRequest }
  | { readonly ok: false; readonly error: OauthError }

/** RFC 6749 §6. `audience` is taken for `resource`, which is RFC 8707's name. */
export function parseTokenRequest(body: TokenBody): ParsedTokenRequest {
  const { grant_type: grant, refresh_token: refreshToken, resource, audience, scope } = body
  if (!grant) return refuse('invalid_request', 'Name the grant as grant_type.')
  if (grant !== 'refresh_token') return refuse('unsupported_grant_type', 'This server knows the grant refresh_token.')
  if (resource && audience && resource !== audience) {
    return refuse('invalid_request', 'resource and audience name two APIs.')
  }
  return {
    ok: true,
    refresh: {
      refreshToken: refreshToken || undefined,
      audience: resource || audience || undefined,
      scopes: scope ? scope.split(' ').filter((word) => word !== '') : undefined,
    },
  }
}

function refuse(error: string, description: string): ParsedTokenRequest {
  return { ok: false, error: { status: 400, error, description } }
}
