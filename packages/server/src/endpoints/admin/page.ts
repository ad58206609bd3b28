import { Problem } from '../../platform/http/problem.ts'

export const DEFAULT_LIMIT = 50

/** Where a page ends: the values of the columns by which the list is sorted, of its last item. */
export type CursorKey = readonly (string | number)[]

/** What a list answers. */
export interface AdminPage {
  readonly items: readonly object[]
  readonly next_cursor: string | null
}

/**
 * A page of what was found.
 *
 * @param found one more than fits, where there are so many
 * @param keyOf what the next page begins after
 */
export function toPage<Item>(
  found: readonly Item[],
  {
    limit,
    keyOf,
    render,
  }: {
    readonly limit: number
    readonly keyOf: (item: Item) => CursorKey
    readonly render: (item: Item) => object
  },
): AdminPage {
  const items = found.slice(0, limit)
  const last = items.at(-1)
  const next = found.length > limit && last !== undefined ? writeCursor(keyOf(last)) : null
  return { items: items.map(render), next_cursor: next }
}

export function writeCursor(key: CursorKey): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url')
}

/**
 * What a page begins after; absent for the first one.
 *
 * @param shape what the values are, one by one
 * @throws Problem 400 `invalid_parameter` for what no page gave out
 */
export function readCursor<Shape extends readonly ('string' | 'number')[]>(
  cursor: string | undefined,
  shape: Shape,
): { [Index in keyof Shape]: Shape[Index] extends 'number' ? number : string } | undefined {
  if (cursor === undefined) return undefined
  const key = parseKey(cursor)
  const fits = key?.length === shape.length && shape.every((type, index) => isOf(type, key[index]))
  if (fits) return key as never
  throw foreignCursor()
}

export function foreignCursor(): Problem {
  const detail = '"cursor" is not one that a page of this list has given: take next_cursor as it is.'
  return new Problem({ status: 400, code: 'invalid_parameter', detail })
}

function parseKey(cursor: string): readonly unknown[] | undefined {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    return Array.isArray(key) ? key : undefined
  } catch {
    return undefined
  }
}

function isOf(type: 'string' | 'number', value: unknown): boolean {
  return type === 'number' ? Number.isSafeInteger(value) : typeof value === 'string' && !/[\p{Cc}\p{Cs}]/u.test(value)
}
