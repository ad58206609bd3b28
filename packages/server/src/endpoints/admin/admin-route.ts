import type { Static, TObject, TSchema } from 'typebox'
import type { AdminPermission } from '../../domain/apis/admin-api.ts'
import type { AdminAnswer, AdminCall } from './admin-call.ts'

export type AdminMethod = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'

/** What a route is, beside what it does: all that documents, types and checks are made of. */
export interface AdminRouteFacts {
  /** Of the operation, such as `listAccounts`. */
  readonly name: string
  readonly method: AdminMethod
  /** Below the base path, such as `/accounts/{account_id}`. */
  readonly path: string
  /** What a person must be permitted, and what scope a program's token must have. */
  readonly permission: AdminPermission
  /** One line, such as `Disable an account`. */
  readonly summary: string
  /** What else is to be known, in Markdown. */
  readonly description?: string
  readonly answer: {
    readonly status: 200 | 201 | 202 | 204
    /** Absent: there is no body. */
    readonly schema?: TSchema
    /** Whether it has a strong ETag. */
    readonly isTagged?: boolean
  }
  /** Whether If-Match is needed, or taken. Default: neither. */
  readonly match?: 'required' | 'taken'
  /** Whether Idempotency-Key is taken. Default: it is not. */
  readonly isIdempotent?: boolean
  /** The codes of its own problems, beside those that any route may answer. */
  readonly problems?: readonly string[]
}

/** One route of the Admin API, as data. Bodies and queries know no members but these. */
export interface AdminRoute extends AdminRouteFacts {
  readonly params: TObject
  readonly query: TObject
  readonly body: TObject | undefined
  readonly act: (call: AdminCall) => Promise<AdminAnswer>
}

interface TypedRoute<Params extends TObject, Query extends TObject, Body extends TObject> extends AdminRouteFacts {
  readonly params?: Params
  readonly query?: Query
  readonly body?: Body
  readonly act: (call: AdminCall<Static<Params>, Static<Query>, Static<Body>>) => Promise<AdminAnswer>
}

const nothing = { type: 'object', properties: {}, additionalProperties: false } as unknown as TObject

/** A route whose act has the types of its schemas; it is called with nothing that these have not let through. */
export function adminRoute<
  Params extends TObject = TObject,
  Query extends TObject = TObject,
  Body extends TObject = TObject,
>(route: TypedRoute<Params, Query, Body>): AdminRoute {
  const { params = nothing, query = nothing, body, act } = route
  return { ...route, params, query, body, act: act as AdminRoute['act'] }
}
