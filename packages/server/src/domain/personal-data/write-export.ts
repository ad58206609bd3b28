import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'
import { everythingKept } from './everything-kept.ts'
import { type GivenMember, writeMoment } from './kept-data.ts'

/** Changes when a member is renamed, removed or has another meaning; not when one is added. */
const VERSION = 1

/**
 * Writes all that is kept of an account as one JSON object, piece by piece: whoever reads slowly has the database asked slowly, and no more than a page of
 * it is in memory.
 */
export async function* writeExport(
  sql: Queries,
  accountId: string,
  { issuer, now }: { readonly issuer: string; readonly now: EpochMilliseconds },
): AsyncGenerator<string> {
  const head = { format: 'ostiary-account', version: VERSION, issuer, exported_at: writeMoment(now) }
  yield JSON.stringify(head).slice(0, -1)
  // The account itself is what a reader looks for first.
  for (const { given } of everythingKept.toReversed())
    if (!('because' in given)) for (const member of given) yield* writeMember(sql, accountId, member)
  yield '\n}\n'
}

async function* writeMember(sql: Queries, accountId: string, given: GivenMember): AsyncGenerator<string> {
  yield `,\n${JSON.stringify(given.member)}:`
  if ('one' in given) {
    yield JSON.stringify(await given.one(sql, accountId))
    return
  }
  let separator = '['
  for await (const item of given.many(sql, accountId)) {
    yield `${separator}\n${JSON.stringify(item)}`
    separator = ','
  }
  yield separator === '[' ? '[]' : '\n]'
}
