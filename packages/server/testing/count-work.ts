import type { Database, Queries } from '../src/platform/database/database.ts'
import type { HashQueue } from '../src/platform/hash-queue/hash-queue.ts'

/** What something has cost: statements outside and inside of transactions, transactions, and passwords hashed. */
export interface Work {
  readonly reads: number
  readonly statements: number
  readonly writes: number
  readonly hashes: number
}

/** The same database and line, counting what is asked of them. Every store names its tables once for each statement. */
export function countWork(installation: { readonly database: Database; readonly hashQueue: HashQueue }): {
  readonly database: Database
  readonly hashQueue: HashQueue
  /** Since the last time that this was asked. */
  readonly take: () => Work
} {
  const none = { reads: 0, statements: 0, writes: 0, hashes: 0 }
  const counts = { ...none }
  const { database: inner, hashQueue: line } = installation
  const database: Database = {
    dialect: inner.dialect,
    get read() {
      return counted(inner.read, () => (counts.reads += 1))
    },
    write(unit) {
      counts.writes += 1
      return inner.write((tx) =>
        unit({
          sql: counted(tx.sql, () => (counts.statements += 1)),
          now: tx.now,
          announce: (topic) => tx.announce(topic),
        }),
      )
    },
    onAnnounced: (topic, listener) => inner.onAnnounced(topic, listener),
    close: () => inner.close(),
  }
  const hashQueue: HashQueue = {
    run(work, signal) {
      counts.hashes += 1
      return line.run(work, signal)
    },
    running: 0,
    waiting: 0,
  }
  const take = () => {
    const taken = { ...counts }
    Object.assign(counts, none)
    return taken
  }
  return { database, hashQueue, take }
}

function counted(sql: Queries, count: () => void): Queries {
  return new Proxy(sql, {
    get(target, name) {
      if (name === 'withTables') count()
      const value = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
