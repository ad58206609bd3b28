import { type TOptional, type TSchema, type TString, Type } from 'typebox'
import type { RevocationOutcome, RevocationTarget } from '../domain/revocation-acts/revoke.ts'
import { parseRole } from '../domain/roles/parse-role.ts'
import { Problem } from '../platform/http/problem.ts'

export type { RevocationTarget }

function id(description: string): TOptional<TString> {
  const pattern = '^[^\\p{Cc}\\p{Cs}]*$'
  return Type.Optional(Type.String({ minLength: 1, maxLength: 8192, pattern, description }))
}

/** What names something to revoke. */
export const revocationMembers: Readonly<Record<string, TSchema>> = {
  session: id('The id of a session.'),
  api_key: id('The id of an API key.'),
  account: id('The id of an account: all of its sessions end.'),
  remove_role: id('With `account`: only this role is taken from it.'),
  token: id('An access token itself.'),
  client: id('The id of a client: everything of it.'),
  key: id('The kid of a signing key that is in wrong hands.'),
  everything: Type.Optional(Type.Literal(true, { description: 'Everything that was issued until now.' })),
}

const kinds = ['session', 'api_key', 'account', 'token', 'client', 'key'] as const

/** @throws Problem 400 `invalid_parameter` unless exactly one thing is named, or an account and a role of it */
export function parseRevocationTarget({ remove_role, ...named }: Readonly<Record<string, unknown>>): RevocationTarget {
  const [member, ...rest] = Object.entries(named)
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

type RefusedTarget = Extract<RevocationOutcome, { ok: false }>['reason']

const sentences: Readonly<Record<Exclude<RefusedTarget, 'last_admin'>, string>> = {
  unknown_session: 'There is no session of that id.',
  unknown_api_key: 'There is no API key of that id.',
  unknown_account: 'There is no account of that id.',
  unknown_token: 'That is no access token of this issuer that could still be accepted.',
  unknown_client: 'There is no client of that id.',
  unknown_key: 'There is no signing key of that kid.',
}

/** 404 `unknown_target`, 409 `last_admin` */
export function refuseTarget(reason: RefusedTarget): Problem {
  if (reason === 'last_admin') {
    const detail = 'This is the last account with the role admin that can log in. Give somebody else the role first.'
    return new Problem({ status: 409, code: 'last_admin', detail })
  }
  return new Problem({ status: 404, code: 'unknown_target', detail: sentences[reason] })
}

function invalid(detail: string): Problem {
  return new Problem({ status: 400, code: 'invalid_parameter', detail })
}
