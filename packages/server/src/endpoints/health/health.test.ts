import { Agent, request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { forEachDatabase } from '../../../testing/database.ts'
import { type PostgresqlCluster, startPostgresqlCluster } from '../../../testing/postgresql-cluster.ts'
import { addApi, startTestServer } from '../../../testing/test-server.ts'
import { randomSecret } from '../../platform/random/random.ts'

forEachDatabase('a running server', ({ createUrl }) => {
  it('/healthz and /readyz answer 200; /readyz turns to 503 as soon as the process is asked to stop', async () => {
    const server = await startTestServer({ databaseUrl: await createUrl() })
    const agent = new Agent({ keepAlive: true })
    expect(await get(server.issuer, '/healthz', agent)).toMatchObject({ status: 200, body: '{"status":"ok"}' })
    expect(await get(server.issuer, '/readyz', agent)).toMatchObject({ status: 200 })
    const stopped = server.running.stop()
    const ready = await get(server.issuer, '/readyz', agent)
    expect(ready).toMatchObject({ status: 503, connection: 'close' })
    await stopped
    agent.destroy()
    await expect(fetch(`${server.issuer}/healthz`)).rejects.toThrow('fetch failed')
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
        checks: { database: 'ok', keys: 'not ready', process: 'ok' },
      })
      expect((await fetch(`${server.issuer}/healthz`)).status).toBe(200)
      expect((await fetch(`${newer.issuer}/readyz`)).status).toBe(200)
    } finally {
      await newer.stop()
      await server.stop()
    }
  })
})

describe('a PostgreSQL that is killed', () => {
  let cluster: PostgresqlCluster
  beforeAll(async () => {
    cluster = await startPostgresqlCluster({ durable: false })
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
    expect((await readyz()).status).toBe(200)
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
