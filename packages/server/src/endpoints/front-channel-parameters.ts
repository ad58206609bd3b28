import type { FastifyRequest } from 'fastify'

/** The parameters of what an app sends through the browser, from the query or the form. */
export interface FrontChannelParameters {
  /** Those that came once and aren't empty: an empty one counts as absent (RFC 6749 §3.1). */
  readonly values: Readonly<Partial<Record<string, string>>>
  /** Names that came more than once, or with what no parameter may hold. */
  readonly faulty: readonly string[]
}

const LONGEST_VALUE = 4096

export function readFrontChannelParameters(request: FastifyRequest): FrontChannelParameters {
  const source = request.method === 'POST' ? request.body : request.query
  const members = Object.entries((source ?? {}) as Record<string, unknown>)
  const isSound = (value: unknown): value is string =>
    typeof value === 'string' && value.length <= LONGEST_VALUE && /^[^\p{Cc}\p{Cs}]*$/u.test(value)
  return {
    values: Object.fromEntries(
      members.filter((member): member is [string, string] => isSound(member[1]) && member[1] !== ''),
    ),
    faulty: members.filter(([, value]) => !isSound(value)).map(([name]) => name),
  }
}
