import type { Problem } from './admin-api.ts'

/** Why the admin API did not do it, in words for the person. @see RFC 9457 */
export class AdminProblem extends Error {
  override readonly name = 'AdminProblem'
  /** 0 where no answer came. */
  readonly status: number
  readonly code: string
  /** The permission or the scope that is missing, where that is the reason. */
  readonly missing: string | undefined
  /** By which the operator finds the reason in the log. */
  readonly incidentId: string | undefined

  constructor(problem: {
    readonly status: number
    readonly code: string
    readonly detail: string
    readonly missing?: string | undefined
    readonly incidentId?: string | undefined
  }) {
    super(problem.detail)
    this.status = problem.status
    this.code = problem.code
    this.missing = problem.missing
    this.incidentId = problem.incidentId
  }
}

interface WireProblem extends Partial<Problem> {
  readonly permission?: string
  readonly scope?: string
}

/** Reads a refusal; whatever came instead of the problem of the API is one as well. */
export async function readProblem(response: Response): Promise<AdminProblem> {
  const body = (await response.json().catch(() => ({}))) as WireProblem
  const challenge = response.headers.get('www-authenticate') ?? ''
  const [, named] = /\b(?:permission|scope)="([^"]*)"/.exec(challenge) ?? []
  return new AdminProblem({
    status: response.status,
    code: body.code ?? 'unknown',
    detail: body.detail ?? body.title ?? `The server answered ${response.status}.`,
    missing: response.status === 403 ? (body.permission ?? body.scope ?? named) : undefined,
    incidentId: body.incident_id ?? response.headers.get('x-request-id') ?? undefined,
  })
}
