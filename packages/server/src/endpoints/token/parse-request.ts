import { type TSchema, Type } from 'typebox'
import type { ClientParameters } from '../client-authentication.ts'
import { OAuthError } from '../oauth-error.ts'

/** The body of `POST /token` on the wire. Unknown parameters are ignored (RFC 6749 §3.2). */
export interface TokenBody extends ClientParameters {
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

/**
 * RFC 6749 §6. `audience` is taken for `resource`, which is RFC 8707's name.
 *
 * @throws OAuthError `invalid_request` or `unsupported_grant_type`
 */
export function parseTokenRequest(body: TokenBody): RefreshRequest {
  if (!body.grant_type) throw new OAuthError('invalid_request', 'Name the grant as grant_type.')
  if (body.grant_type !== 'refresh_token') {
    throw new OAuthError('unsupported_grant_type', 'This server knows the grant refresh_token.')
  }
  const { refresh_token: refreshToken, resource, audience, scope } = body
  if (resource && audience && resource !== audience) {
    throw new OAuthError('invalid_request', 'resource and audience name two APIs.')
  }
  return {
    refreshToken: refreshToken || undefined,
    audience: resource || audience || undefined,
    scopes: scope ? scope.split(' ').filter((word) => word !== '') : undefined,
  }
}
