import type { Database } from './database.ts'

/** The same database, which tells how long each unit of work took that became durable: from the call until it was. */
export function observeWrites(database: Database, observe: (seconds: number) => void): Database {
  return {
    ...database,
    async write(unit, options) {
      const askedAt = performance.now()
      const result = await database.write(unit, options)
      observe((performance.now() - askedAt) / 1000)
      return result
    },
  }
}
