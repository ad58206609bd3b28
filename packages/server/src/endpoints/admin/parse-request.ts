import type { FastifyRequest } from 'fastify'
import type { TObject } from 'typebox'
import { Problem } from '../../platform/http/problem.ts'
import { validatorOf } from '../../platform/http/validator-of.ts'
import type { AdminRoute } from './admin-route.ts'

export interface ParsedRequest {
  readonly params: unknown
  readonly query: unknown
  readonly body: unknown
}

/** Checks what a request says against the schemas of its route. @throws Problem 400 `invalid_parameter` */
export function parseRequest({ params, query, body }: AdminRoute, request: FastifyRequest): ParsedRequest {
  const parsed = {
    params: request.params,
    query: readQuery(query, request.query as Readonly<Record<string, unknown>>),
    body: request.body ?? {},
  }
  assertFits(params, parsed.params)
  assertFits(query, parsed.query)
  if (body) assertFits(body, parsed.body)
  else if (request.body !== undefined) throw invalid('This takes no body.')
  return parsed
}

/** A query holds texts alone: those of numbers and switches become what they say. */
function readQuery({ properties }: TObject, query: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => {
      const { type } = (properties[name] ?? {}) as { readonly type?: string }
      if (type === 'integer' && typeof value === 'string' && /^-?\d{1,15}$/.test(value)) return [name, Number(value)]
      if (type === 'boolean' && (value === 'true' || value === 'false')) return [name, value === 'true']
      return [name, value]
    }),
  )
}

function assertFits(schema: TObject, value: unknown): void {
  if (validatorOf(schema).Check(value)) return
  throw invalid(describeFault(schema, value))
}

/** A sentence that names the member and the rule, never the value. */
function describeFault(schema: TObject, value: unknown): string {
  // What is told of a union's parts, and of what is not known, is said better by the union and the object.
  const findings = validatorOf(schema)
    .Errors(value)
    .filter(({ keyword, schemaPath }) => {
      return keyword !== 'boolean' && !/\/anyOf\/\d/.test(schemaPath)
    })
  const [finding] = findings
  if (finding === undefined) return 'The request is not valid.'
  const { keyword, instancePath, params } = finding as Finding
  const name = instancePath.slice(1).replaceAll('/', '.')
  const subject = name === '' ? 'The request' : `"${shownName(name)}"`
  switch (keyword) {
    case 'required':
      return `"${prefix(name)}${params.requiredProperties?.[0]}" is missing.`
    case 'additionalProperties':
      return describeUnknown(schema, { name, unknown: params.additionalProperties?.[0] })
    case 'minLength':
      return params.limit === 1 ? `${subject} is empty.` : `${subject} is shorter than ${params.limit} characters.`
    case 'maxLength':
      return `${subject} is longer than ${params.limit} characters.`
    case 'maxItems':
      return `${subject} has more than ${params.limit} items.`
    case 'minProperties':
      return 'Nothing is said to change.'
    case 'type':
      return `${subject} must be ${describeType(params.type)}, sent once.`
    case 'minimum':
      return `${subject} must be at least ${params.limit}.`
    case 'maximum':
      return `${subject} must be at most ${params.limit}.`
    case 'pattern':
      return `${subject} holds a character that is not allowed there, or has another form.`
    default:
      return `${subject} ${finding.message}.`
  }
}

interface Finding {
  readonly keyword: string
  readonly instancePath: string
  readonly params: {
    readonly requiredProperties?: readonly string[]
    readonly additionalProperties?: readonly string[]
    readonly limit?: number
    readonly type?: string | readonly string[]
  }
}

function describeUnknown(
  schema: TObject,
  { name, unknown }: { readonly name: string; readonly unknown: string | undefined },
): string {
  const known = name === '' ? Object.keys(schema.properties) : []
  const listed = known.length === 0 ? (name === '' ? ' Nothing is.' : '') : ` Known: ${known.join(', ')}.`
  return `"${shownName(`${prefix(name)}${unknown}`)}" is not known here.${listed}`
}

function describeType(type: string | readonly string[] | undefined): string {
  const words: Readonly<Record<string, string>> = {
    string: 'a text',
    integer: 'a whole number',
    boolean: 'true or false',
  }
  return words[String(type)] ?? `one ${String(type)}`
}

function prefix(name: string): string {
  return name === '' ? '' : `${shownName(name)}.`
}

/** Only what can't be mistaken for something else: it comes from the caller. */
function shownName(name: string): string {
  return /^[\w.:-]{1,128}$/.test(name) ? name : 'a parameter'
}

function invalid(detail: string): Problem {
  return new Problem({ status: 400, code: 'invalid_parameter', detail })
}
