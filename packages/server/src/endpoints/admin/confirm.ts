import { parseWait } from '../../domain/revocations/parse-wait.ts'
import { type Confirmation, waitForConfirmation } from '../../domain/revocations/wait-for-confirmation.ts'
import { Problem } from '../../platform/http/problem.ts'
import type { AdminCall } from './admin-call.ts'

/** What guards know of a revocation, once they all do or `?wait=` is over. @throws Problem 400 `invalid_parameter` */
export async function confirm(
  { deps, query, signal }: AdminCall<unknown, { readonly wait?: string }>,
  sequence: number,
): Promise<Confirmation> {
  return waitForConfirmation(deps, sequence, { milliseconds: readWait(query.wait), signal })
}

/** Asked before anything is done: what is malformed revokes nothing. */
export function readWait(text: string | undefined): number {
  if (text === undefined) return 0
  const wait = parseWait(text)
  if (wait.ok) return wait.milliseconds
  throw new Problem({ status: 400, code: 'invalid_parameter', detail: wait.sentence })
}
