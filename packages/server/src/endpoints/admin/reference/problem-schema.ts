import { type TSchema, Type } from 'typebox'
import type { AdminRoute } from '../admin-route.ts'

/** RFC 9457 §3.1 */
export const problemSchema: TSchema = Type.Object(
  {
    type: Type.String({ description: 'The page of the code.' }),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String({ description: 'For programs: one of a closed set, and stays.' }),
    detail: Type.String({ description: 'For people: what happened and what to do.' }),
    incident_id: Type.String({ description: 'Leads to the log and to the audit log.' }),
  },
  { title: 'Problem' },
)

/** What a route may answer because of what it takes, whatever it does. */
export function commonProblems({ params, query, body, match, isIdempotent }: AdminRoute): readonly string[] {
  const takesAnything = body !== undefined || Object.keys(query.properties).length > 0
  return [
    ...(takesAnything ? ['invalid_parameter'] : []),
    ...['invalid_token', 'insufficient_user_authentication', 'insufficient_permission', 'insufficient_scope'],
    ...(Object.keys(params.properties).length > 0 ? ['not_found'] : []),
    ...(match ? ['precondition_failed'] : []),
    ...(match === 'required' ? ['precondition_required'] : []),
    ...(isIdempotent ? ['idempotency_key_reused'] : []),
  ]
}
