import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { TestProject } from 'vitest/node'
import { type PostgresqlCluster, startPostgresqlCluster } from './postgresql-cluster.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Answers a POST with the URL of a new, empty PostgreSQL database. */
    newPostgresqlDatabase: string
  }
}

/**
 * One PostgreSQL cluster for the whole test run, started when the first test asks for a database: a run that needs none
 * does not wait for it. The test files ask over loopback HTTP, since they run in other processes.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  let cluster: Promise<PostgresqlCluster> | undefined
  const secretPath = `/${randomUUID()}`
  const server = createServer((request, response) => {
    if (request.url !== secretPath) return void response.writeHead(404).end()
    cluster ??= startPostgresqlCluster({ durable: false })
    void answer(cluster, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The test set-up got no port.')
  project.provide('newPostgresqlDatabase', `http://127.0.0.1:${address.port}${secretPath}`)
  return async () => {
    server.close()
    server.closeAllConnections()
    // When it did not start, the test that asked for it has said why.
    await cluster?.then(
      (started) => started.stop(),
      () => {},
    )
  }
}

async function answer(cluster: Promise<PostgresqlCluster>, response: ServerResponse): Promise<void> {
  try {
    response.end(await (await cluster).createDatabase())
  } catch (error) {
    response.writeHead(500).end(String(error))
  }
}
