import { BackgroundLoop } from '../../platform/background-loop/background-loop.ts'
import type { Clock } from '../../platform/clock/clock.ts'
import type { Database } from '../../platform/database/database.ts'
import { DatabaseError } from '../../platform/database/database-error.ts'
import { getFeedSequence } from '../revocations/get-feed-sequence.ts'
import { countLiveSessions } from '../sessions/count-live-sessions.ts'
import { findLatencyBound } from './latency.ts'
import { beginningOf, type Resolution, resolutions } from './resolution.ts'
import type { CountName, GaugeName } from './statistic-names.ts'
import { addToStatistics, hasStatistic, insertMeasured } from './statistic-store.ts'

/** Announced by whoever wants what was counted to be in the table now. */
export const STATISTICS_TOPIC = 'statistics'

const FLUSH_MS = 10_000

export interface StatisticsDeps {
  readonly database: Database
  readonly clock: Clock
  readonly log: { warn(details: object, message: string): void }
}

/** Counts in memory what happens in this process, and adds it to the table of all in the background. */
export class StatisticsCollector {
  readonly #deps: StatisticsDeps
  readonly #loop: BackgroundLoop
  #counts = new Map<CountName, number>()

  constructor(deps: StatisticsDeps) {
    this.#deps = deps
    this.#loop = new BackgroundLoop({
      ...{ database: deps.database, topic: STATISTICS_TOPIC, pollMilliseconds: FLUSH_MS },
      look: async () => {
        await this.#flush()
        await this.#measure()
        return false
      },
      onError: (error) => deps.log.warn({ error }, 'statistics cannot be written; it is tried again'),
    })
  }

  count(name: CountName): void {
    this.#add(name, 1)
  }

  countLatency(seconds: number): void {
    this.#add(`latency:${findLatencyBound(seconds * 1000)}`, 1)
  }

  start(): void {
    this.#loop.start()
  }

  /** Writes what was counted last. */
  async stop(): Promise<void> {
    await this.#loop.stop()
    await this.#flush().catch((error) => this.#deps.log.warn({ error }, 'the last statistics are lost'))
  }

  #add(name: CountName, count: number): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + count)
  }

  async #flush(): Promise<void> {
    const counts = [...this.#counts]
    if (counts.length === 0) return
    this.#counts = new Map()
    try {
      await this.#deps.database.write(async (tx) => {
        for (const [name, at] of currentSteps(tx.now)) await addToStatistics(tx.sql, name, at, counts)
      })
    } catch (error) {
      // Whether it was written nobody knows: twice would be worse than not at all.
      if (!(error instanceof DatabaseError && error.code === 'outcome_unknown'))
        for (const [name, count] of counts) this.#add(name, count)
      throw error
    }
  }

  /** Once a minute, by whichever instance comes first. */
  async #measure(): Promise<void> {
    const { database, clock } = this.#deps
    const steps = currentSteps(clock.now())
    const [first] = steps
    if (first && (await hasStatistic(database.read, { resolution: first[0], at: first[1], name: 'sessions' }))) return
    const measured: readonly (readonly [GaugeName, number])[] = [
      ['feed', await getFeedSequence(database.read)],
      ['sessions', await countLiveSessions(database.read, clock.now())],
    ]
    await database.write(async (tx) => {
      for (const [name, at] of steps) await insertMeasured(tx.sql, name, at, measured)
    })
  }
}

/** The minute and the hour that a moment is in. */
function currentSteps(moment: number): readonly (readonly [Resolution, number])[] {
  const names = Object.keys(resolutions) as Resolution[]
  return names.map((name) => [name, beginningOf(moment, resolutions[name].stepMilliseconds)])
}
