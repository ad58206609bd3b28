import { type TSchema, Type } from 'typebox'
import type { Session } from '../../../domain/sessions/session.ts'
import { closed, nullable, renderTime, renderTimeOrNull, time } from '../admin-schemas.ts'

export const sessionSchema: TSchema = closed(
  {
    id: Type.String({ description: 'The `sid` of its tokens.' }),
    account_id: Type.String(),
    username: nullable(Type.String({ description: 'What its person logs in with; null: the account is gone.' })),
    client_id: Type.String(),
    audience: nullable(
      Type.String({ description: 'The API that its tokens are for; null: a browser’s session at this server.' }),
    ),
    scopes: Type.Array(Type.String()),
    organization_id: nullable(Type.String({ description: 'The organization that it acts for.' })),
    user_agent: nullable(Type.String({ description: 'As the client said itself.' })),
    network: Type.String({ description: 'An IPv4 address or an IPv6 /64.' }),
    authentication_methods: Type.Array(Type.String(), { description: '`amr` (RFC 8176).' }),
    authenticated_at: time('When the person proved who they are.'),
    created_at: time('When it was opened.'),
    used_at: time('When it was used last.'),
    expires_at: time('When it ends unless it is used before.'),
    ended_at: nullable(time('When it was ended; null: it was not.')),
    impersonation: nullable(
      closed({
        administrator_id: Type.String({ description: 'The account of who acts as the person.' }),
        reason: Type.String(),
      }),
    ),
    parent_id: nullable(Type.String({ description: 'The browser’s session that it ends with.' })),
  },
  'Session',
)

/** @param username of its account; absent where that is gone */
export function renderSession(session: Session, username: string | undefined): object {
  return {
    id: session.id,
    account_id: session.accountId,
    username: username ?? null,
    client_id: session.clientId,
    audience: session.audience ?? null,
    scopes: session.scopes,
    organization_id: session.organizationId ?? null,
    user_agent: session.userAgent ?? null,
    network: session.network,
    authentication_methods: session.methods,
    authenticated_at: renderTime(session.authenticatedAt),
    created_at: renderTime(session.createdAt),
    used_at: renderTime(session.usedAt),
    expires_at: renderTime(session.expiresAt),
    ended_at: renderTimeOrNull(session.endedAt),
    impersonation: session.impersonation
      ? { administrator_id: session.impersonation.administratorId, reason: session.impersonation.reason }
      : null,
    parent_id: session.parentId ?? null,
  }
}
