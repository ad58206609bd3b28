import { forgetSomeSessions, listKnownSessions } from '../sessions/forget-sessions.ts'
import { type KeptData, writeMoment } from './kept-data.ts'

/** Where the person is signed in, and was not long ago. */
export const keptSessions: KeptData = {
  tables: ['session'],
  given: [
    {
      member: 'sessions',
      async *many(sql, accountId) {
        for await (const session of listKnownSessions(sql, accountId))
          yield {
            id: session.id,
            client_id: session.clientId,
            audience: session.audience ?? null,
            organization: session.organizationId ?? null,
            scopes: session.scopes,
            user_agent: session.userAgent ?? null,
            // Where an administrator is is theirs.
            network: session.impersonation ? null : session.network,
            impersonation: session.impersonation ? { reason: session.impersonation.reason } : null,
            methods: session.methods,
            authenticated_at: writeMoment(session.authenticatedAt),
            created_at: writeMoment(session.createdAt),
            last_used_at: writeMoment(session.usedAt),
            expires_at: writeMoment(session.expiresAt),
            ended_at: writeMoment(session.endedAt),
          }
      },
    },
  ],
  async purged(tx, accountId, from) {
    return (await forgetSomeSessions(tx, accountId)) ? undefined : from + 1
  },
}
