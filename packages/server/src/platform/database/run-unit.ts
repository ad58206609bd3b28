import type { Clock } from '../clock/clock.ts'
import type { Transaction } from './database.ts'
import { DatabaseError } from './database-error.ts'
import { openQueries, type QueryLanguage } from './open-queries.ts'
import type { Execute } from './read-connection.ts'
import { UnitConnection } from './unit-connection.ts'
import type { UnitScope } from './unit-scope.ts'

export type Unit<T> = (tx: Transaction) => Promise<T>

/** What a unit of work runs in: the same for all units of one database. */
export interface UnitSurroundings {
  readonly language: QueryLanguage
  readonly scope: UnitScope
  readonly clock: Clock
  readonly limitMilliseconds: number
}

/**
 * Runs a unit of work inside the transaction or savepoint that the caller has begun, and that the caller ends: commit
 * when this resolves, roll back when it rejects.
 *
 * @throws DatabaseError `unit_timeout`, or what the unit or its first failed statement threw.
 */
export async function runUnit<T>(unit: Unit<T>, execute: Execute, surroundings: UnitSurroundings): Promise<T> {
  const connection = new UnitConnection(execute)
  const tx = { sql: openQueries(surroundings.language, connection), now: surroundings.clock.now() }
  const running = surroundings.scope.enter(async () => unit(tx))
  try {
    const ended = running.result.finally(() => connection.end())
    const result = await withinLimit(ended, surroundings.limitMilliseconds)
    connection.assertSound()
    return result
  } finally {
    void connection.end()
    running.leave()
  }
}

// A unit that waits for something else than the database holds up every other writer on SQLite, and row locks on PostgreSQL.
function withinLimit<T>(result: Promise<T>, milliseconds: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(unitTimeout(milliseconds)), milliseconds)
    result.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

function unitTimeout(milliseconds: number): DatabaseError {
  return new DatabaseError(
    'unit_timeout',
    `A unit of work took longer than ${milliseconds} ms and was rolled back: look for a slow disk, or for a wait inside of it.`,
  )
}
