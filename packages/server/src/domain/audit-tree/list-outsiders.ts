import type { Queries } from '../../platform/database/database.ts'
import { listEventIds, listPendingAmong } from '../audit/pending-events.ts'
import { selectLeaves, selectLeavesOf } from './audit-tree-store.ts'
import type { Finding } from './finding.ts'

const PAGE = 1000

/**
 * Events that neither have a leaf in the tree nor wait for one, and leaves that no head counts: somebody has written them beside the server. Every
 * event is asked for by its id: counts can be balanced by whoever adds to both sides.
 */
export async function* listOutsiders(sql: Queries, size: number): AsyncGenerator<Finding> {
  const [beyond] = await selectLeaves(sql, { from: size, to: Number.MAX_SAFE_INTEGER, most: 1 })
  if (beyond !== undefined)
    yield {
      kind: 'leaf_added',
      index: beyond.index,
      eventId: beyond.eventId,
      sentence: `The leaf at index ${beyond.index} was added outside the server: the tree has ${size} leaves.`,
    }
  let after = ''
  for (;;) {
    const ids = await listEventIds(sql, after, PAGE)
    // Pending ones first: one that is appended meanwhile has its leaf by the second question.
    const waiting = new Set(await listPendingAmong(sql, ids))
    const leaves = await selectLeavesOf(sql, ids)
    const held = new Set(leaves.filter(({ index }) => index >= 0 && index < size).map(({ eventId }) => eventId))
    for (const id of ids)
      if (!waiting.has(id) && !held.has(id))
        yield {
          kind: 'added_outside',
          eventId: id,
          sentence: `The event ${id} was added outside the server: no leaf holds it.`,
        }
    if (ids.length < PAGE) return
    after = ids.at(-1) as string
  }
}
