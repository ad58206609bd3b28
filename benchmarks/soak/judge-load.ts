import { type FlatMark, judgeFailures, judgeFlat, type Verdict } from './judge.ts'
import type { LoadReport, Sample } from './run-load.ts'

/** How much is let pass: a short run is all warm-up, and finds gross leaks alone. */
export interface Leniency {
  readonly warmUp: number
  readonly memoryGrowth: number
  readonly medianGrowth: number
  readonly tailGrowth: number
}

export const strict: Leniency = { warmUp: 0.2, memoryGrowth: 0.1, medianGrowth: 0.25, tailGrowth: 0.5 }

/** What a report is held against. */
export function judgeLoad({ samples, failures, requests }: LoadReport, leniency: Leniency): readonly Verdict[] {
  const { warmUp, memoryGrowth, medianGrowth, tailGrowth } = leniency
  const flat = (pick: (sample: Sample) => number, mark: Omit<FlatMark, 'warmUp'>) =>
    judgeFlat(
      samples.map((sample) => ({ at: sample.at, value: pick(sample) })),
      { warmUp, ...mark },
    )
  return [
    flat(({ residentMegabytes }) => residentMegabytes, { of: 'resident memory', mostGrowth: memoryGrowth, unit: 'MB' }),
    flat(({ heapMegabytes }) => heapMegabytes, { of: 'heap, collected', mostGrowth: memoryGrowth, unit: 'MB' }),
    flat(({ externalMegabytes }) => externalMegabytes, {
      ...{ of: 'memory outside the heap', mostGrowth: memoryGrowth, leastRise: 2, unit: 'MB' },
    }),
    flat(({ handles }) => handles, { of: 'handles', mostGrowth: memoryGrowth, leastRise: 8, unit: '' }),
    flat(({ descriptors }) => descriptors, {
      of: 'file descriptors',
      mostGrowth: memoryGrowth,
      leastRise: 8,
      unit: '',
    }),
    flat(({ p50 }) => p50, { of: 'latency, p50', mostGrowth: medianGrowth, leastRise: 1, unit: 'ms' }),
    flat(({ p99 }) => p99, { of: 'latency, p99', mostGrowth: tailGrowth, leastRise: 5, unit: 'ms' }),
    judgeFailures(failures, requests),
  ]
}
