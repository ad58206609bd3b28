import {
  type TInteger,
  type TNull,
  type TObject,
  type TOptional,
  type TSchema,
  type TString,
  type TUnion,
  Type,
} from 'typebox'

/** RFC 3339, with milliseconds, in UTC. */
export function time(description: string): TString {
  return Type.String({ format: 'date-time', description })
}

export function nullable<Schema extends TSchema>(schema: Schema): TUnion<[Schema, TNull]> {
  return Type.Union([schema, Type.Null()])
}

/** A text from a caller: control characters and halves of characters are refused at the door, the rest is for the rooms to judge. */
export function text(
  description: string,
  { longest = 256, shortest = 1 }: { readonly longest?: number; readonly shortest?: number } = {},
): TString {
  return Type.String({ minLength: shortest, maxLength: longest, pattern: '^[^\\p{Cc}\\p{Cs}]*$', description })
}

/** An object that has no other members. */
export function closed<Properties extends Record<string, TSchema>>(
  properties: Properties,
  title?: string,
): TObject<Properties> {
  return Type.Object(properties, { additionalProperties: false, ...(title && { title }) })
}

/** A list, a page at a time. */
export function pageOf(item: TSchema, title: string): TSchema {
  return closed(
    {
      items: Type.Array(item),
      next_cursor: nullable(
        Type.String({ description: 'Send it as `cursor` for the next page; null: this is the last.' }),
      ),
    },
    title,
  )
}

/** The query parameters of a list. */
export const paging: { limit: TOptional<TInteger>; cursor: TOptional<TString> } = {
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 200, description: 'How many items a page has. Default 50.' }),
  ),
  cursor: Type.Optional(text('`next_cursor` of the page before.', { longest: 2048 })),
}

/** The query parameter of whatever revokes. */
export const waiting: { wait: TOptional<TString> } = {
  wait: Type.Optional(
    Type.String({
      pattern: '^\\d{1,5}(ms|s)$',
      description: 'How long to wait for guards to confirm, such as `2s` or `500ms`; at most 30s. Default: not at all.',
    }),
  ),
}

/** What guards know by now of what was revoked. */
export const confirmationSchema: TSchema = closed(
  {
    seq: Type.Integer({ description: 'The number of the revocation feed that was to be confirmed.' }),
    confirmed: Type.Integer({ description: 'How many guards have confirmed it.' }),
    of: Type.Integer({ description: 'How many guards are known to live.' }),
    slowest_ms: nullable(Type.Integer({ description: 'How long the slowest of them took; null when none did.' })),
    missing: Type.Array(Type.String(), { description: 'The names of those that have not.' }),
  },
  'Confirmation',
)

/** Milliseconds of the epoch → RFC 3339. */
export function renderTime(moment: number): string {
  return new Date(moment).toISOString()
}

export function renderTimeOrNull(moment: number | undefined): string | null {
  return moment === undefined ? null : renderTime(moment)
}
