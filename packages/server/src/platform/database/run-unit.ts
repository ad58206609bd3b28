import type { CompiledQuery } from 'kysely'
import type { Clock } from '../clock/clock.ts'
import type { Announcements } from './announcements.ts'
import type { Transaction } from './database.ts'
import { DatabaseError } from './database-error.ts'
import { openQueries, type QueryLanguage } from './open-queries.ts'
import type { UnitConnection } from './unit-connection.ts'
import type { UnitScope } from './unit-scope.ts'
import { withinLimit } from './within-limit.ts'

export type Unit<T> = (tx: Transaction) => Promise<T>

/** What a unit of work runs in: the same for all units of one database. */
export interface UnitSurroundings {
  readonly language: QueryLanguage
  readonly scope: UnitScope
  readonly clock: Clock
  readonly limitMilliseconds: number
  readonly announcements: Announcements
  /** The statement that wakes other processes once the transaction is committed; absent where no other one can be woken. */
  readonly notify?: (topic: string) => CompiledQuery
}

export interface RanUnit<T> {
  readonly result: T
  /** What to wake once the unit is durable. */
  readonly topics: ReadonlySet<string>
}

/**
 * Runs a unit of work inside the transaction or savepoint that the caller has begun, and that the caller ends: commit
 * when this resolves and what was posted succeeds, roll back when it rejects.
 *
 * @throws DatabaseError `unit_timeout`, or what the unit or its first failed statement threw.
 */
export async function runUnit<T>(
  unit: Unit<T>,
  connection: UnitConnection,
  surroundings: UnitSurroundings,
): Promise<RanUnit<T>> {
  const topics = new Set<string>()
  const tx: Transaction = {
    sql: openQueries(surroundings.language, connection),
    now: surroundings.clock.now(),
    async announce(topic) {
      if (topics.has(topic)) return
      topics.add(topic)
      const statement = surroundings.notify?.(topic)
      if (statement) connection.post(statement)
    },
    post: (query) => connection.post(query.compile()),
  }
  const { limitMilliseconds } = surroundings
  const running = surroundings.scope.enter(async () => unit(tx))
  try {
    // A unit that waits for something else than the database holds up every other writer on SQLite, and row locks on PostgreSQL.
    const result = await withinLimit(running.result, limitMilliseconds, () => unitTimeout(limitMilliseconds))
    connection.end()
    connection.assertSound()
    return { result, topics }
  } finally {
    connection.end()
    running.leave()
  }
}

function unitTimeout(milliseconds: number): DatabaseError {
  return new DatabaseError(
    'unit_timeout',
    `A unit of work took longer than ${milliseconds} ms and was rolled back: look for a slow disk, or for a wait inside of it.`,
  )
}
