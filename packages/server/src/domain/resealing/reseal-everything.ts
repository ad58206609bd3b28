import type { Database } from '../../platform/database/database.ts'
import type { Sealer } from '../../platform/sealing/sealing.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { replaceSealed, type SealedText, selectSealed } from './reseal-store.ts'
import { type SealedColumn, sealedColumns } from './sealed-columns.ts'

export interface ResealingDeps {
  readonly database: Database
  readonly sealer: Sealer
}

/** Each batch is a unit of work of its own: nobody waits long for it. */
const BATCH = 200

/**
 * Seals with the newest secret what an older one has sealed, and says how many texts that were. What only ever stands for a day, such as mails that wait, is
 * left out.
 *
 * @throws SealingError when something was sealed by a secret that is not at hand.
 */
export async function resealEverything(deps: ResealingDeps): Promise<number> {
  let count = 0
  for (const column of sealedColumns) {
    for await (const texts of listOlder(deps, column)) count += await resealTexts(deps, column, texts)
  }
  if (count > 0) {
    await deps.database.write((tx) =>
      recordAuditEvent(tx, { act: 'secret.resealed', actor: 'cli', outcome: 'done', detail: { texts: count } }),
    )
  }
  return count
}

/** Whether an older secret still has something to open, besides what passes within a day. */
export async function needsOlderSecret(deps: ResealingDeps): Promise<boolean> {
  for (const column of sealedColumns)
    for await (const texts of listOlder(deps, column)) if (texts.length > 0) return true
  return false
}

async function* listOlder(
  { database, sealer }: ResealingDeps,
  column: SealedColumn,
): AsyncGenerator<readonly SealedText[]> {
  for (let after = ''; ; ) {
    const texts = await selectSealed(database.read, column, { after, most: BATCH })
    yield texts.filter(({ sealed }) => !sealed.startsWith(sealer.newestPrefix))
    const last = texts.at(-1)
    if (last === undefined || texts.length < BATCH) return
    after = last.key
  }
}

async function resealTexts(
  { database, sealer }: ResealingDeps,
  column: SealedColumn,
  texts: readonly SealedText[],
): Promise<number> {
  if (texts.length === 0) return 0
  const replaced = texts.map((text) => {
    const purpose = column.purposeOf(text.key)
    return { text, by: sealer.seal(sealer.open(text.sealed, purpose), purpose) }
  })
  return database.write(async (tx) => {
    let count = 0
    for (const one of replaced) if (await replaceSealed(tx.sql, column, one)) count++
    return count
  })
}
