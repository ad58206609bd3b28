import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { TestProject } from 'vitest/node'
import { migrations } from '../src/domain/schema/migrations.ts'
import { systemClock } from '../src/platform/clock/clock.ts'
import { openDatabase } from '../src/platform/database/open-database.ts'
import { type Pgbouncer, startPgbouncer } from './pgbouncer.ts'
import { type PostgresqlCluster, startPostgresqlCluster } from './postgresql-cluster.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Answers a POST with the URL of a new PostgreSQL database for the process `?pid=`. It has our schema, or nothing with `&empty`. */
    newPostgresqlDatabase: string
  }
}

/**
 * One PostgreSQL cluster for the whole test run, started when the first test asks for a database: a run that needs none
 * does not wait for it. The test files ask over loopback HTTP, since they run in other processes. With `OSTIARY_TEST_PGBOUNCER` they are led through
 * a PgBouncer that pools by transaction.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  let cluster: Promise<PostgresqlCluster> | undefined
  let templateUrl: Promise<string> | undefined
  let dropping = Promise.resolve()
  let bouncer: Promise<Pgbouncer> | undefined
  const made: MadeDatabase[] = []
  const secretPath = `/${randomUUID()}`
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://127.0.0.1')
    if (pathname !== secretPath) return void response.writeHead(404).end()
    cluster ??= startPostgresqlCluster({ durable: false })
    const started = cluster
    // One that can't be dropped goes with the others at the end.
    dropping = dropping.then(() => dropLeftBehind(started, made)).catch(() => {})
    if (!searchParams.has('empty')) templateUrl ??= makeTemplate(cluster)
    const create = createDatabase(cluster, searchParams.has('empty') ? undefined : templateUrl)
    void answer(response, create, async (url) => {
      made.push({ url, pid: Number(searchParams.get('pid')) })
      if (process.env.OSTIARY_TEST_PGBOUNCER === undefined) return url
      bouncer ??= startPgbouncer(url, 20)
      return (await bouncer).lead(url)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The test set-up got no port.')
  project.provide('newPostgresqlDatabase', `http://127.0.0.1:${address.port}${secretPath}`)
  return async () => {
    server.close()
    server.closeAllConnections()
    await dropping
    await bouncer?.then((started) => started.stop())
    // When it did not start, the test that asked for it has said why.
    await cluster?.then(
      (started) => started.stop(),
      () => {},
    )
  }
}

/** Making the schema takes longer than copying it. */
async function makeTemplate(cluster: Promise<PostgresqlCluster>): Promise<string> {
  const url = await (await cluster).createDatabase()
  await (await openDatabase({ url, migrations, clock: systemClock })).close()
  return url
}

async function createDatabase(cluster: Promise<PostgresqlCluster>, templateUrl?: Promise<string>): Promise<string> {
  return (await cluster).createDatabase(await templateUrl)
}

async function answer(
  response: ServerResponse,
  created: Promise<string>,
  lead: (url: string) => Promise<string>,
): Promise<void> {
  try {
    response.end(await lead(await created))
  } catch (error) {
    response.writeHead(500).end(String(error))
  }
}

interface MadeDatabase {
  readonly url: string
  /** The process that asked for it: each file of tests has one of its own. */
  readonly pid: number
}

/** At the end of the run a thousand databases would have come to the disk, and would take minutes to remove. */
async function dropLeftBehind(cluster: Promise<PostgresqlCluster>, made: MadeDatabase[]): Promise<void> {
  const left = made.filter(({ pid }) => !isRunning(pid))
  for (const database of left) {
    made.splice(made.indexOf(database), 1)
    await (await cluster).dropDatabase(database.url)
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
