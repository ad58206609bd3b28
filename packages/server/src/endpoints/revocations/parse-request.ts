import { type TSchema, Type } from 'typebox'
import { type ParsedWait, parseWait } from '../../domain/revocations/parse-wait.ts'
import { Problem } from '../../platform/http/problem.ts'
import { parameterText } from '../parameter-text.ts'
import { parseRevocationTarget, type RevocationTarget, revocationMembers } from '../revocation-target.ts'

export const revocationBodySchema: TSchema = Type.Object(
  {
    ...revocationMembers,
    client_assertion: Type.Optional(parameterText(8192, 1)),
    client_assertion_type: Type.Optional(parameterText(8192, 1)),
  },
  { additionalProperties: false },
)

/** The client's proof of who it is names nothing to revoke. @throws Problem 400 `invalid_parameter` */
export function parseTarget(named: Readonly<Record<string, unknown>>): RevocationTarget {
  const { client_assertion, client_assertion_type, ...target } = named
  return parseRevocationTarget(target)
}

/** In milliseconds; 0 when nobody is to be waited for. @throws Problem 400 `invalid_parameter` */
export function parseWaitParameter(text: string | undefined): number {
  const wait: ParsedWait = text === undefined ? { ok: true, milliseconds: 0 } : parseWait(text)
  if (!wait.ok) throw new Problem({ status: 400, code: 'invalid_parameter', detail: wait.sentence })
  return wait.milliseconds
}
