import type { Session } from '../sign-in/session.ts'
import { AdminProblem, readProblem } from './admin-problem.ts'

export interface AdminRequest {
  /** Default: GET, or POST with a body. */
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Absent members are not sent. */
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>> | undefined
  readonly body?: object | undefined
  /** The entity tag that the change is meant for. */
  readonly ifMatch?: string | undefined
  /** Makes sure that a creation that is sent twice happens once. */
  readonly idempotencyKey?: string | undefined
  readonly signal?: AbortSignal | undefined
}

export interface AdminAnswer<Body> {
  readonly body: Body
  /** Of a single resource: send it as `ifMatch` with a change. */
  readonly etag: string | undefined
}

/** Sends a request to the admin API, such as `/keys`. @throws AdminProblem when it was refused or no answer came. */
export async function askAdmin<Body>(
  session: Session,
  path: string,
  { method, query = {}, body, ifMatch, idempotencyKey, signal }: AdminRequest = {},
): Promise<AdminAnswer<Body>> {
  const url = new URL(`${session.apiUrl}${path}`)
  for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, String(value))
  const headers = {
    accept: 'application/json',
    ...(body && { 'content-type': 'application/json' }),
    ...(ifMatch !== undefined && { 'if-match': ifMatch }),
    ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
  }
  const init: RequestInit = {
    method: method ?? (body ? 'POST' : 'GET'),
    headers,
    ...(body && { body: JSON.stringify(body) }),
    ...(signal && { signal }),
  }
  const response = await session.fetch(url, init).catch((error: unknown) => {
    throw toProblem(error)
  })
  if (!response.ok) throw await readProblem(response)
  const text = await response.text()
  return { body: (text === '' ? undefined : JSON.parse(text)) as Body, etag: response.headers.get('etag') ?? undefined }
}

/** A request that a page gave up stays what it is: nobody is told of it. */
function toProblem(error: unknown): unknown {
  if (error instanceof DOMException && error.name === 'AbortError') return error
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'network'
  const isOver = code === 'session_ended' || code === 'not_logged_in'
  const detail = isOver ? 'Your session has ended. Sign in again.' : 'The server could not be reached. Try again.'
  return new AdminProblem({ status: 0, code, detail })
}
