import { type TSchema, Type } from 'typebox'
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

export function parseEndSessions({ end }: EndSessionsBody): OwnSessions {
  if (end === 'others' || end === 'all') return { kind: end }
  return { kind: 'one', id: end }
}
