import type { Session } from '../../domain/sessions/session.ts'
import { describeUserAgent } from '../../platform/http/describe-user-agent.ts'

/** A session as its own account sees it, on the wire. Moments are RFC 3339. */
export function renderSessionJson(
  session: Session & { readonly clientName: string | undefined },
  currentId: string,
): object {
  const { program, system } = describeUserAgent(session.userAgent)
  const moment = (milliseconds: number) => new Date(milliseconds).toISOString()
  return {
    id: session.id,
    client_id: session.clientId,
    client_name: session.clientName ?? null,
    current: session.id === currentId,
    program: program ?? null,
    system: system ?? null,
    // Where an administrator is is theirs.
    network: session.impersonation ? null : session.network,
    impersonation: session.impersonation ? { reason: session.impersonation.reason } : null,
    created_at: moment(session.createdAt),
    last_used_at: moment(session.usedAt),
    expires_at: moment(session.expiresAt),
  }
}
