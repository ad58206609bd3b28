import { expect, test } from 'vitest'
import { makeInstallation } from '../server/start-ostiary.ts'
import { judgeLoad, type Leniency } from './judge-load.ts'
import { runLoad } from './run-load.ts'

// Seconds are all warm-up, on a machine that does something else too: these find what grows without a bound, and nothing subtle.
const lenient: Leniency = { warmUp: 0.3, memoryGrowth: 1, medianGrowth: 20, tailGrowth: 50 }

test.runIf(process.platform === 'linux')(
  'a mixed load for some seconds: every answer is what it must be, and nothing grows without a bound',
  async () => {
    const installation = await makeInstallation({ accounts: 2 })
    try {
      const report = await runLoad(installation, { milliseconds: 8000, windows: 8 })
      expect(report.failures).toEqual([])
      expect(report.requests).toBeGreaterThan(20)
      for (const verdict of judgeLoad(report, lenient)) expect(verdict).toMatchObject({ isMet: true })
    } finally {
      installation.remove()
    }
  },
)
