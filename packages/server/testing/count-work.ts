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
  const write = database.write.bind(database)
  const counted: Partial<Database> = {
    read: countStatements(read, () => add(ofRequest.getStore(), 'reads')),
    write(unit, options) {
      // Units of several requests may be run together, by the first of them.
      const mine = ofRequest.getStore()
      add(mine, 'writes')
      return write((tx) => unit(countUnit(tx, mine)), options)
    },
  }
  for (const [name, value] of Object.entries(counted)) Object.defineProperty(database, name, { value })
  countHashes(hashQueue, () => add(ofRequest.getStore(), 'hashes'))
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

function countHashes(queue: HashQueue, count: () => void): HashQueue {
  const [run, of] = [queue.run.bind(queue), queue.of.bind(queue)]
  queue.run = (hash, signal) => {
    count()
    return run(hash, signal)
  }
  queue.of = (party) => countHashes(of(party), count)
  return queue
}

function countUnit(tx: Transaction, work: Work | undefined): Transaction {
  return { ...tx, sql: countStatements(tx.sql, () => add(work, 'statements')) }
}

/** The same queries, which tell of each statement. */
export function countStatements(sql: Queries, count: () => void): Queries {
  return new Proxy(sql, {
    get(target, name) {
      if (name === 'withTables') count()
      const value = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
