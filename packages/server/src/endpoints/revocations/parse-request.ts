import { type TSchema, Type } from 'typebox'
import type { RevocationTarget } from '../../domain/revocation-acts/revoke.ts'
import { type ParsedWait, parseWait } from '../../domain/revocations/parse-wait.ts'
import { Problem } from '../../platform/http/problem.ts'

const id = () => Type.Optional(Type.String({ minLength: 1, maxLength: 8192 }))

export const revocationBodySchema: TSchema = Type.Object(
  {
    session: id(),
    account: id(),
    token: id(),
    client: id(),
    key: id(),
    everything: Type.Optional(Type.Literal(true)),
  },
  { additionalProperties: false },
)

const kinds = ['session', 'account', 'token', 'client', 'key'] as const

/** @throws Problem 400 `invalid_parameter` unless exactly one thing is named */
export function parseTarget(body: Readonly<Record<string, unknown>>): RevocationTarget {
  const [member, ...rest] = Object.entries(body)
  if (member === undefined || rest.length > 0) {
    throw invalid(`Name exactly one of ${kinds.join(', ')} and everything.`)
  }
  const kind = kinds.find((candidate) => candidate === member[0])
  return kind === undefined ? { kind: 'everything' } : { kind, id: String(member[1]) }
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
