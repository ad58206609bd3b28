import { expect, test } from 'vitest'
import { fewFaults } from './faults/list-faults.ts'
import { runClusterTest } from './run-cluster-test.ts'

test.runIf(process.platform === 'linux')(
  'an instance is killed, another cut off, the primary killed and its standby promoted: nothing acknowledged is lost, nothing forks, nobody is logged out',
  async () => {
    const result = await runClusterTest({
      name: 'test',
      database: 'postgresql',
      faults: fewFaults,
      people: 8,
      say: () => {},
    })
    expect(result.violations).toEqual([])
    expect(result.skipped).toEqual([])
    const acts = new Set(result.evidence.acts.filter(({ outcome }) => outcome === 200).map(({ act }) => act))
    expect(acts).toContain('refresh')
    expect(acts).toContain('login')
    expect(result.episodes.map(({ normalAt }) => normalAt !== undefined)).toEqual([true, true, true])
    expect(result.evidence.endState.sessions.size).toBeGreaterThan(8)
  },
  180_000,
)
