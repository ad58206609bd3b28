import type { TSchema } from 'typebox'

/** JSON Schema (draft 2020-12), as OpenAPI 3.1 has it. */
export type JsonSchema = Readonly<Record<string, unknown>>

/** The schemas with a title, by it, and what refers to them. */
export interface NamedSchemas {
  readonly components: Readonly<Record<string, JsonSchema>>
  /** A schema with references in place of those that have a name. */
  refer(schema: TSchema): JsonSchema
}

/** Gives each schema with a title a place of its own. @throws Error when two that differ have one title */
export function nameSchemas(schemas: readonly TSchema[], referTo: (name: string) => string): NamedSchemas {
  const components = new Map<string, JsonSchema>()
  const refer = (schema: unknown): unknown => {
    if (Array.isArray(schema)) return schema.map(refer)
    if (typeof schema !== 'object' || schema === null) return schema
    const { title, ...own } = schema as Record<string, unknown>
    const members = Object.fromEntries(Object.entries(own).map(([name, value]) => [name, refer(value)]))
    if (typeof title !== 'string') return title === undefined ? members : { ...members, title: refer(title) }
    const before = components.get(title)
    if (before !== undefined && JSON.stringify(before) !== JSON.stringify(members))
      throw new Error(`two schemas have the title ${title}`)
    components.set(title, members)
    return { $ref: referTo(title) }
  }
  const toJson = (schema: TSchema): JsonSchema => refer(JSON.parse(JSON.stringify(schema))) as JsonSchema
  for (const schema of schemas) toJson(schema)
  return {
    get components() {
      return Object.fromEntries([...components].sort(([one], [other]) => (one < other ? -1 : 1)))
    },
    refer: toJson,
  }
}
