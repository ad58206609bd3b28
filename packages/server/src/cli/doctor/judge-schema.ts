import type { SchemaFacts } from '../../platform/database/inspect-schema.ts'
import { type Finding, found } from './finding.ts'

/** How far the schema is, and who works with it. */
export function judgeSchema({ taken, known, waiting, instances = [] }: SchemaFacts): Finding {
  const running = describeInstances(instances)
  const [first] = waiting
  if (first !== undefined) {
    const sentence = `Step ${first.version} of the schema (${first.name}) waits, after which older releases can’t work: when every instance runs this release and none is to go back, run \`ostiary migrate --contract\`.${running}`
    return found('schema', 'advice', sentence)
  }
  if (taken > known) {
    const sentence = `The schema is at step ${taken}, and this release knows ${known}: a newer release has expanded it, and this one goes on. Finish the upgrade, or leave it so.${running}`
    return found('schema', 'advice', sentence)
  }
  return found('schema', 'ok', `The schema is at step ${taken}, the last that this release knows.${running}`)
}

function describeInstances(instances: NonNullable<SchemaFacts['instances']>): string {
  if (instances.length === 0) return ''
  const counted = instances.map(({ known, count }) => `${count} that ${count === 1 ? 'knows' : 'know'} step ${known}`)
  return ` Instances that run: ${counted.join(', ')}.`
}
