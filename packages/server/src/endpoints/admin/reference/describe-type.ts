import type { JsonSchema } from './name-schemas.ts'

/** What a value is, in a few words: `text`, `list of Session`, `text or null`. */
export function describeType(schema: JsonSchema): string {
  const { $ref, anyOf, enum: values, const: constant, type, items, format } = schema
  if (typeof $ref === 'string') return $ref.slice($ref.lastIndexOf('/') + 1)
  if (Array.isArray(anyOf)) return anyOf.map((each) => describeType(each as JsonSchema)).join(' or ')
  if (Array.isArray(values)) return values.map((value) => `"${value}"`).join(' or ')
  if (constant !== undefined) return JSON.stringify(constant)
  if (type === 'array') return `list of ${describeType((items ?? {}) as JsonSchema)}`
  if (format === 'date-time') return 'time'
  return words[String(type)] ?? 'any'
}

const words: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'whole number',
  number: 'number',
  boolean: 'true or false',
  object: 'object',
  null: 'null',
}

export interface DescribedMember {
  readonly name: string
  readonly type: string
  readonly isRequired: boolean
  readonly description: string
}

/** The members of an object's schema; of one that stands in an object itself, with its name in front. */
export function describeMembers(schema: JsonSchema, prefix = ''): readonly DescribedMember[] {
  const { properties = {}, required = [] } = schema as {
    readonly properties?: Readonly<Record<string, JsonSchema>>
    readonly required?: readonly string[]
  }
  return Object.entries(properties).flatMap(([name, own]) => [
    {
      name: `${prefix}${name}`,
      type: describeType(own),
      isRequired: required.includes(name),
      description: typeof own.description === 'string' ? own.description : '',
    },
    ...(own.type === 'object' ? describeMembers(own, `${prefix}${name}.`) : []),
  ])
}
