import { Agent, request } from 'node:http'
import { sql } from 'kysely'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { forEachDatabase } from '../../../testing/database.ts'
import { createTestDatabaseUrl } from '../../../testing/postgresql.ts'
import { type PostgresqlCluster, startPostgresqlCluster } from '../../../testing/postgresql-cluster.ts'
import { addApi, findFreePort, startTestServer } from '../../../testing/test-server.ts'
import { migrations } from '../../domain/schema/migrations.ts'
import type { Database } from '../../platform/database/database.ts'
import type { Migration } from '../../platform/database/migration.ts'
import { randomSecret } from '../../platform/random/random.ts'

forEachDatabase('a running server', ({ createUrl }) => {
  it('/healthz and /readyz answer 200; /readyz turns to 503 as soon as the process is asked to stop, which stays until it has said so three times', async () => {
    const server = await startTestServer({ databaseUrl: await createUrl() })
    const agent = new Agent({ keepAlive: true })
    expect(await get(server.issuer, '/healthz', agent)).toMatchObject({ status: 200, body: '{"status":"ok"}' })
    expect(await get(server.issuer, '/readyz', agent)).toMatchObject({ status: 200 })
    const stopped = server.running.stop()
    for (let asked = 0; asked < 3; asked++) {
      const ready = await get(server.issuer, '/readyz', agent)
      expect(ready).toMatchObject({ status: 503, connection: 'close' })
    }
    await stopped
    agent.destroy()
    await expect(fetch(`${server.issuer}/healthz`)).rejects.toThrow('fetch failed')
  })

  it('200 who ask /readyz at once share what is looked at, so that none of them takes the connection of the feed', async () => {
    const server = await startTestServer({ databaseUrl: await createUrl() })
    const agent = new Agent({ keepAlive: true, maxSockets: 200 })
    const lent = async () => {
      const { body } = await get(server.issuer, '/metrics', agent)
      return Number(/^ostiary_database_connection_wait_seconds_count (\d+)$/m.exec(body)?.[1] ?? 0)
    }
    const before = await lent()
    const asked = Array.from({ length: 200 }, async () => (await get(server.issuer, '/readyz', agent)).status)
    expect(new Set(await Promise.all(asked))).toEqual(new Set([200]))
    // Each look asks three times, and the feed goes on.
    expect((await lent()) - before).toBeLessThan(200)
    agent.destroy()
    await server.stop()
  })

  it('/readyz answers 503 and names the keys while they cannot be opened, and /healthz stays 200', async () => {
    const databaseUrl = await createUrl()
    const server = await startTestServer({ databaseUrl })
    // Another instance was given a new secret first, and has made a key that this one can't open.
    const newer = await startTestServer({
      databaseUrl,
      config: { secrets: [randomSecret(), ...server.config.secrets] },
    })
    const readyz = () => fetch(`${server.issuer}/readyz`)
    try {
      expect((await readyz()).status).toBe(200)
      await addApi(newer, { audience: 'https://api.example.com', algorithm: 'EdDSA' })
      await expect.poll(async () => (await readyz()).status).toBe(503)
      expect(await (await readyz()).json()).toEqual({
        status: 'not ready',
        checks: { database: 'ok', schema: 'ok', keys: 'not ready', process: 'ok' },
      })
      expect((await fetch(`${server.issuer}/healthz`)).status).toBe(200)
      expect((await fetch(`${newer.issuer}/readyz`)).status).toBe(200)
    } finally {
      await newer.stop()
      await server.stop()
    }
  })
})

forEachDatabase('a schema that a newer release changes while a server runs', ({ open, createUrl }) => {
  const next = (kind: 'expand' | 'contract'): Migration => {
    const version = migrations.length + 1
    return { version, name: kind, kind, statements: ['CREATE TABLE of_a_newer_release (id TEXT)'] }
  }

  it('/readyz stays 200 after an expand step, and names the schema after a contract step', async () => {
    for (const kind of ['expand', 'contract'] as const) {
      const url = await createUrl()
      const server = await startTestServer({ databaseUrl: url })
      const readyz = async () => (await fetch(`${server.issuer}/readyz`)).json()
      try {
        expect(await readyz()).toMatchObject({ status: 'ready' })
        // As it stands there when the lock of this server was lost.
        await store(await open({ url, migrations }), next(kind))
        const expected =
          kind === 'expand' ? { status: 'ready' } : { status: 'not ready', checks: { schema: 'not ready' } }
        expect(await readyz()).toMatchObject(expected)
      } finally {
        await server.stop()
      }
    }
  })

  async function store(database: Database, { version, name, kind }: Migration): Promise<void> {
    await database.write(async (tx) => {
      const values = sql.join([version, name, kind, 0])
      await sql`INSERT INTO schema_version (version, name, kind, applied_at) VALUES (${values})`.execute(tx.sql)
    })
  }
})

describe('a server that waits for its schema', () => {
  it('answers /healthz with 200, /readyz with 503 and whatever else with 503 and Retry-After, and then itself', async () => {
    const databaseUrl = await createTestDatabaseUrl({ isEmpty: true })
    const holder = new Client({ connectionString: databaseUrl })
    await holder.connect()
    // As another instance that migrates.
    await holder.query('BEGIN')
    await holder.query('SELECT pg_advisory_xact_lock(7236198504177231)')
    const port = await findFreePort()
    const issuer = `http://127.0.0.1:${port}`
    const starting = startTestServer({ databaseUrl, config: { port, issuer } })
    const status = (path: string) =>
      fetch(`${issuer}${path}`).then(
        (answer) => answer.status,
        () => undefined,
      )
    await expect.poll(() => status('/healthz'), { timeout: 10_000 }).toBe(200)
    const ready = await fetch(`${issuer}/readyz`)
    expect([ready.status, await ready.json()]).toEqual([503, { status: 'not ready', checks: { schema: 'migrating' } }])
    const other = await fetch(`${issuer}/token`, { method: 'POST' })
    expect([other.status, other.headers.get('retry-after')]).toEqual([503, '5'])
    await holder.end()
    const server = await starting
    expect(await status('/readyz')).toBe(200)
    await server.stop()
  })
})

describe('a PostgreSQL that is killed', () => {
  let cluster: PostgresqlCluster
  beforeAll(async () => {
    // One that is not may lose the schema, which was written a moment before.
    cluster = await startPostgresqlCluster({ durable: true })
  })
  afterAll(() => cluster?.stop())

  it('/readyz answers 503 until it is back, /healthz stays 200, and nobody restarts the server', async () => {
    const server = await startTestServer({ databaseUrl: await cluster.createDatabase() })
    const readyz = () => fetch(`${server.issuer}/readyz`)
    expect((await readyz()).status).toBe(200)
    await cluster.kill()
    // A connection that PostgreSQL had given away outlives it for a moment.
    await expect.poll(async () => (await readyz()).status, { interval: 20, timeout: 5_000 }).toBe(503)
    expect(await (await readyz()).json()).toMatchObject({
      status: 'not ready',
      checks: { database: 'not ready', process: 'ok' },
    })
    expect((await fetch(`${server.issuer}/healthz`)).status).toBe(200)
    await cluster.restart()
    await expect.poll(async () => (await readyz()).status).toBe(200)
    await server.stop()
  })
})

function get(
  issuer: string,
  path: string,
  agent: Agent,
): Promise<{ status: number | undefined; body: string; connection: string | undefined }> {
  return new Promise((resolve, reject) => {
    request(`${issuer}${path}`, { agent }, (answer) => {
      let body = ''
      answer.on('data', (chunk) => {
        body += chunk
      })
      answer.on('end', () => resolve({ status: answer.statusCode, body, connection: answer.headers.connection }))
    })
      .on('error', reject)
      .end()
  })
}
