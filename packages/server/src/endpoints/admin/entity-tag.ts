import { createHash } from 'node:crypto'
import { Problem } from '../../platform/http/problem.ts'
import type { AdminCall } from './admin-call.ts'

/** The strong tag of a representation: another one has another tag. RFC 9110 §8.8.3 */
export function entityTag(representation: object): string {
  return `"${createHash('sha256').update(JSON.stringify(representation)).digest('base64url').slice(0, 22)}"`
}

/**
 * Asks whether the caller has seen what stands there, in the transaction that changes it, after it was locked.
 *
 * @throws Problem 412 `precondition_failed`
 * @see RFC 9110 §13.1.1
 */
export function requireMatch({ ifMatch }: Pick<AdminCall, 'ifMatch'>, current: object): void {
  if (ifMatch === undefined) return
  const tag = entityTag(current)
  const named = ifMatch.split(',').map((text) => text.trim())
  // A tag that is weak matches nothing: the comparison is strong.
  if (named.some((candidate) => candidate === '*' || candidate === tag)) return
  const detail = 'It was changed since you read it. Read it again, and change what stands there now.'
  throw new Problem({ status: 412, code: 'precondition_failed', detail, headers: { etag: tag } })
}

/** @throws Problem 428 `precondition_required`. RFC 6585 §3 */
export function requireIfMatch(ifMatch: string | undefined): void {
  if (ifMatch !== undefined) return
  const detail = 'Send If-Match with the ETag that you read, so that you change nothing that you have not seen.'
  throw new Problem({ status: 428, code: 'precondition_required', detail })
}
