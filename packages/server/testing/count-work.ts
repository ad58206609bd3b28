import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Database, Queries, Transaction } from '../src/platform/database/database.ts'
import type { HashQueue } from '../src/platform/hash-queue/hash-queue.ts'

/** What requests have cost: statements outside and inside of transactions, transactions, and passwords hashed. */
export interface Work {
  reads: number
  statements: number
  writes: number
  hashes: number
}

export interface CountedWork extends Disposable {
  /** Of the requests since the last time that this was asked. */
  take(): Work
}

/**
 * Counts what requests ask of a running server's database and of its line of hashes, in place. What the server does by itself meanwhile is not
 * counted. Every store names its tables once for each statement.
 */
export function countWork({
  database,
  hashQueue,
}: {
  readonly database: Database
  readonly hashQueue: HashQueue
}): CountedWork {
  const ofRequest = new AsyncLocalStorage<Work>()
  let work = noWork()
  const enter = () => ofRequest.enterWith(work)
  subscribe('http.server.request.start', enter)
  const { read } = database
  const [write, run] = [database.write.bind(database), hashQueue.run.bind(hashQueue)]
  const counted: Partial<Database> = {
    read: countStatements(read, () => add(ofRequest.getStore(), 'reads')),
    write(unit) {
      // Units of several requests may be run together, by the first of them.
      const mine = ofRequest.getStore()
      add(mine, 'writes')
      return write((tx) => unit(countUnit(tx, mine)))
    },
  }
  for (const [name, value] of Object.entries(counted)) Object.defineProperty(database, name, { value })
  hashQueue.run = (hash, signal) => {
    add(ofRequest.getStore(), 'hashes')
    return run(hash, signal)
  }
  return {
    take() {
      const taken = work
      work = noWork()
      return taken
    },
    [Symbol.dispose]: () => void unsubscribe('http.server.request.start', enter),
  }
}

const noWork = (): Work => ({ reads: 0, statements: 0, writes: 0, hashes: 0 })

function add(work: Work | undefined, kind: keyof Work): void {
  if (work !== undefined) work[kind] += 1
}

function countUnit({ sql, now, announce }: Transaction, work: Work | undefined): Transaction {
  return { sql: countStatements(sql, () => add(work, 'statements')), now, announce: (topic) => announce(topic) }
}

function countStatements(sql: Queries, count: () => void): Queries {
  return new Proxy(sql, {
    get(target, name) {
      if (name === 'withTables') count()
      const value = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
