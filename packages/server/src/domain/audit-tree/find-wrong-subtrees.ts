import type { Queries } from '../../platform/database/database.ts'
import type { CompleteNode } from '../../platform/merkle-tree/peaks.ts'
import { selectNodes } from './audit-tree-store.ts'
import type { Finding } from './finding.ts'

/** Which of the stored subtrees are not what the leaves give: proofs that use them would fail. */
export async function findWrongSubtrees(sql: Queries, expected: readonly CompleteNode[]): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for (const { level, position, hash } of expected) {
    const [stored] = await selectNodes(sql, { level, position }, 1)
    if (stored !== undefined && Buffer.compare(stored, hash) === 0) continue
    const index = position * 2 ** level
    const last = index + 2 ** level - 1
    const what = stored === undefined ? 'is missing' : 'is not what its leaves give'
    const sentence = `The subtree over the indexes ${index} to ${last} ${what}: it, or one of these leaves, was altered.`
    findings.push({ kind: 'subtree_altered', index, sentence })
  }
  return findings
}
