import { type TSchema, Type } from 'typebox'

export interface ConsistencyQuery {
  readonly from: string
  readonly to: string
}

export interface InclusionQuery {
  readonly index: string
  readonly size: string
}

/** Decimal, and never beyond the whole numbers that JavaScript has. */
const count = () => Type.String({ pattern: '^(0|[1-9][0-9]{0,14})$' })

export const consistencyQuerySchema: TSchema = Type.Object({ from: count(), to: count() })

export const inclusionQuerySchema: TSchema = Type.Object({ index: count(), size: count() })
