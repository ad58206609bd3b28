import { type TSchema, Type } from 'typebox'
import type { RevocationTarget } from '../../domain/revocation-acts/revoke.ts'
import { type ParsedWait, parseWait } from '../../domain/revocations/parse-wait.ts'
import { parseRole } from '../../domain/roles/parse-role.ts'
import { Problem } from '../../platform/http/problem.ts'
import { parameterText } from '../parameter-text.ts'

const id = () => Type.Optional(parameterText(8192, 1))

export const revocationBodySchema: TSchema = Type.Object(
  {
    session: id(),
    api_key: id(),
    account: id(),
    remove_role: id(),
    token: id(),
    client: id(),
    key: id(),
    everything: Type.Optional(Type.Literal(true)),
    client_assertion: id(),
    client_assertion_type: id(),
  },
  { additionalProperties: false },
)

const kinds = ['session', 'api_key', 'account', 'token', 'client', 'key'] as const

/** @throws Problem 400 `invalid_parameter` unless exactly one thing is named, or an account and a role of it */
export function parseTarget(named: Readonly<Record<string, unknown>>): RevocationTarget {
  // The client's proof of who it is names nothing to revoke.
  const { remove_role, client_assertion, client_assertion_type, ...body } = named
  const [member, ...rest] = Object.entries(body)
  if (member === undefined || rest.length > 0 || (remove_role !== undefined && member[0] !== 'account')) {
    throw invalid(`Name exactly one of ${kinds.join(', ')} and everything; remove_role goes with account.`)
  }
  if (remove_role !== undefined) return { kind: 'role', id: String(member[1]), role: parseRoleMember(remove_role) }
  const kind = kinds.find((candidate) => candidate === member[0])
  return kind === undefined ? { kind: 'everything' } : { kind, id: String(member[1]) }
}

function parseRoleMember(value: unknown): string {
  const parsed = parseRole(String(value))
  if (!parsed.ok) throw invalid(parsed.sentence)
  return parsed.role
}

/** In milliseconds; 0 when nobody is to be waited for. @throws Problem 400 `invalid_parameter` */
export function parseWaitParameter(text: string | undefined): number {
  const wait: ParsedWait = text === undefined ? { ok: true, milliseconds: 0 } : parseWait(text)
  if (!wait.ok) throw invalid(wait.sentence)
  return wait.milliseconds
}

function invalid(detail: string): Problem {
  return new Problem({ status: 400, code: 'invalid_parameter', detail })
}
