import { type TSchema, Type } from 'typebox'
import type { Api } from '../../../domain/apis/api.ts'
import type { Session } from '../../../domain/sessions/session.ts'
import type { IssuedAccessToken } from '../../../domain/tokens/issue-access-token.ts'
import { closed, nullable, renderTime, time } from '../admin-schemas.ts'

export interface OpenedImpersonation {
  readonly session: Session
  readonly api: Api
}

export const impersonationSchema: TSchema = closed(
  {
    session_id: Type.String({ description: 'Its id: the `sid` of its tokens.' }),
    account_id: Type.String(),
    audience: Type.String(),
    scope: Type.String({ description: 'Separated by blanks.' }),
    reason: Type.String(),
    ends_at: time('When it ends, whatever happens. There is no refresh token.'),
    access_token: nullable(Type.String({ description: 'Shown this once; null in a replay.' })),
    token_type: Type.Literal('Bearer'),
    expires_in: nullable(Type.Integer({ description: 'Seconds that the token lives.' })),
  },
  'Impersonation',
)

export function renderImpersonation(
  { session, api }: OpenedImpersonation,
  issued: IssuedAccessToken | undefined,
): object {
  return {
    session_id: session.id,
    account_id: session.accountId,
    audience: api.audience,
    scope: session.scopes.join(' '),
    reason: session.impersonation?.reason ?? '',
    ends_at: renderTime(session.absoluteEnd),
    access_token: issued?.token ?? null,
    token_type: 'Bearer',
    expires_in: issued?.expiresInSeconds ?? null,
  }
}
