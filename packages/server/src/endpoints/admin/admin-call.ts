import type { FastifyRequest } from 'fastify'
import type { AdminDeps } from './admin-deps.ts'
import type { AdminCaller } from './authenticate-caller.ts'

/** A call that was let in: what it says has been checked against the schemas of its route. */
export interface AdminCall<Params = unknown, Query = unknown, Body = unknown> {
  readonly params: Params
  readonly query: Query
  readonly body: Body
  readonly caller: AdminCaller
  readonly deps: AdminDeps
  /** The header If-Match as it came. */
  readonly ifMatch: string | undefined
  /** The header Idempotency-Key as it came. */
  readonly idempotencyKey: string | undefined
  /** The method and the address, without its query. */
  readonly target: string
  readonly request: Pick<FastifyRequest, 'ip' | 'headers'>
  /** Aborts when the caller has gone, or the server stops. */
  readonly signal: AbortSignal
}

export interface AdminAnswer {
  /** Default: the one of the route. */
  readonly status?: number
  readonly body?: object
  /** Where what was made is found. */
  readonly location?: string
  /** Members that are shown this once, beside those of the body: a replay has `null` instead. */
  readonly once?: Readonly<Record<string, string | null>>
  readonly headers?: Readonly<Record<string, string>>
}
