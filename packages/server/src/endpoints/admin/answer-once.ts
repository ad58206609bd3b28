import {
  type FoundAnswer,
  findAnswer,
  type IdempotentRequest,
  keepAnswer,
  takeKey,
} from '../../domain/idempotency/kept-answers.ts'
import type { Transaction } from '../../platform/database/database.ts'
import { Problem } from '../../platform/http/problem.ts'
import type { Sealer } from '../../platform/sealing/sealing.ts'
import type { AdminAnswer, AdminCall } from './admin-call.ts'

/** What makes something, and answers with it: all of it in the one transaction. */
export type Creation = (tx: Transaction) => Promise<AdminAnswer & { readonly body: object }>

/**
 * Makes something once for each Idempotency-Key, whoever is killed in between. What takes long, such as a hash, is done in `prepare`, before the
 * transaction, and not at all where the answer is known already.
 *
 * @throws Problem 400 `invalid_parameter` for a key that is none, 422 `idempotency_key_reused`
 */
export async function answerOnce(
  call: AdminCall,
  status: number,
  prepare: () => Promise<Creation> | Creation,
): Promise<AdminAnswer> {
  const { deps, idempotencyKey: key, caller, target, body } = call
  const { database, sealer, clock } = deps
  if (key === undefined) return database.write(await prepare())
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
    const detail = 'Idempotency-Key must be 1 to 255 printable ASCII characters without blanks, such as a UUID.'
    throw new Problem({ status: 400, code: 'invalid_parameter', detail })
  }
  const request = { caller: caller.actor, target, key, content: JSON.stringify(sortMembers(body)) }
  const known = readAnswer(await findAnswer(database.read, sealer, request, clock.now()))
  if (known) return known
  const create = await prepare()
  return database.write((tx) => createOnce(tx, sealer, request, { status, create }))
}

async function createOnce(
  tx: Transaction,
  sealer: Sealer,
  request: IdempotentRequest,
  { status, create }: { readonly status: number; readonly create: Creation },
): Promise<AdminAnswer> {
  const known = readAnswer(await takeKey(tx, sealer, request))
  if (known) return known
  const answer = await create(tx)
  const { body, location, once = {} } = answer
  const kept: KeptBody = { body, secrets: Object.keys(once) }
  await keepAnswer(tx, request, { status, location, body: JSON.stringify(kept) })
  return answer
}

/** Of secrets their names alone: beside the body, so that it has the same ETag again. */
interface KeptBody {
  readonly body: object
  readonly secrets: readonly string[]
}

function readAnswer(found: FoundAnswer): AdminAnswer | undefined {
  if (found.state === 'none') return undefined
  if (found.state === 'reused') {
    const detail = 'This Idempotency-Key was used for another request. Take a new one for each.'
    throw new Problem({ status: 422, code: 'idempotency_key_reused', detail })
  }
  const { status, location } = found.answer
  const { body, secrets } = JSON.parse(found.answer.body) as KeptBody
  const once = Object.fromEntries(secrets.map((name) => [name, null]))
  const headers = { 'idempotent-replayed': 'true' }
  return { status, body, once, headers, ...(location !== undefined && { location }) }
}

/** In whatever order the members come, the request is the same. */
function sortMembers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortMembers)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).map(([name, own]) => [name, sortMembers(own)] as const)
  return Object.fromEntries(members.sort(([one], [other]) => (one < other ? -1 : 1)))
}
