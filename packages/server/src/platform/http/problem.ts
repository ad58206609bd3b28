import { STATUS_CODES } from 'node:http'

/** What a caller did wrong or must wait for. Thrown by endpoints; answered as `application/problem+json`, or as a page of the same meaning. */
export interface ProblemDetails {
  readonly status: number
  /** Stable, for programs. */
  readonly code: string
  /** One sentence: what happened and what to do. Never varies with a secret. */
  readonly detail: string
  readonly headers?: Readonly<Record<string, string>>
  /** Further members of the JSON, such as the names that would have been right. */
  readonly members?: Readonly<Record<string, unknown>>
}

export class Problem extends Error {
  override readonly name = 'Problem'
  readonly status: number
  readonly code: string
  readonly headers: Readonly<Record<string, string>>
  readonly members: Readonly<Record<string, unknown>>
  constructor({ status, code, detail, headers = {}, members = {} }: ProblemDetails) {
    super(detail)
    this.status = status
    this.code = code
    this.headers = headers
    this.members = members
  }
}

/** The body of a problem, RFC 9457 §3: its type is the page of its code, and its title the status's own phrase. */
export function toProblemJson(problem: Problem, incidentId: string, type: string): Record<string, unknown> {
  return {
    type,
    title: titleOf(problem.status),
    status: problem.status,
    code: problem.code,
    detail: problem.message,
    incident_id: incidentId,
    ...problem.members,
  }
}

/** The status's phrase, "Not Found" for 404. */
function titleOf(status: number): string {
  return STATUS_CODES[status] ?? 'Error'
}
