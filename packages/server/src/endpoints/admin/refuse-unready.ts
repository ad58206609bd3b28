import { describeUnreadyKey, type UnreadyKey } from '../../domain/keys/find-key-readiness.ts'
import { Problem } from '../../platform/http/problem.ts'

/** What is answered where something is to be signed with a key that not everybody knows yet. */
export function refuseUnready(unready: UnreadyKey, algorithm: string): Problem {
  return new Problem({
    status: 409,
    code: 'key_not_everywhere',
    detail: describeUnreadyKey(unready, algorithm),
    members: { ready_at: new Date(unready.readyAt).toISOString() },
  })
}
