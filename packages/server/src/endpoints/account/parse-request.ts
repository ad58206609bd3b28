import { type TSchema, Type } from 'typebox'
import type { OwnSessions } from '../../domain/sessions/end-own-sessions.ts'

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
  client_id: Type.String({ maxLength: 2000, pattern: '^[^\\p{Cc}\\p{Cs}]+$' }),
})

export function parseEndSessions({ end }: EndSessionsBody): OwnSessions {
  if (end === 'others' || end === 'all') return { kind: end }
  return { kind: 'one', id: end }
}
