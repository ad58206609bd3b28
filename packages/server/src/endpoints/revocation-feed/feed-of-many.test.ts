import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import path from 'node:path'
import { decodeJwt } from 'jose'
import { afterEach, describe, expect, it } from 'vitest'
import { databaseUnderTest, forEachDatabase } from '../../../testing/database.ts'
import { openStream, type TestStream } from '../../../testing/open-stream.ts'
import { addConfidentialClient, postJson } from '../../../testing/revoking.ts'
import { CliFolder } from '../../../testing/run-cli.ts'
import { findFreePort, startTestServer, type TestServer } from '../../../testing/test-server.ts'
import { listAuditEvents } from '../../domain/audit/list-audit-events.ts'
import { FeedFollower } from '../../domain/revocations/feed-follower.ts'
import { recordRevocations } from '../../domain/revocations/record-revocations.ts'
import { FeedStreams } from './feed-streams.ts'

const dyingServer = path.join(import.meta.dirname, '../../../testing/dying-server.ts')

const servers: TestServer[] = []
const streams: TestStream[] = []
afterEach(async () => {
  for (const stream of streams.splice(0)) stream.close()
  for (const server of servers.splice(0)) await server.stop()
})

async function start(databaseUrl: string, secrets?: readonly string[]): Promise<TestServer> {
  const server = await startTestServer({ databaseUrl, ...(secrets && { config: { secrets } }) })
  servers.push(server)
  return server
}

async function follow({ issuer }: { readonly issuer: string }, after = 0): Promise<TestStream> {
  const stream = await openStream(`${issuer}/revocation-feed?after=${after}`)
  streams.push(stream)
  return stream
}

async function countOpenStreams({ issuer }: { readonly issuer: string }): Promise<string | undefined> {
  return /ostiary_feed_streams (\d+)/.exec(await (await fetch(`${issuer}/metrics`)).text())?.[1]
}

const isKind = (kind: string) => (event: { readonly data: string }) => event.data.includes(`"k":"${kind}"`)

forEachDatabase('a feed that many write and read', ({ createUrl }) => {
  it('a change by the command line, another process, reaches the streams', async () => {
    const databaseUrl = await createUrl()
    const server = await start(databaseUrl)
    const stream = await follow(server)
    using folder = new CliFolder({ OSTIARY_DATABASE_URL: databaseUrl, OSTIARY_SECRET: server.config.secrets.join(',') })
    const done = await folder.run(['revoke', 'everything', '--yes', '--json'])
    expect({ ...done, stdout: JSON.parse(done.stdout) }).toEqual({ exitCode: 0, stdout: { seq: 1 }, stderr: '' })
    await stream.until(isKind('a'))
  })

  it('kill -9 between commit and fan-out: delivered by the next server', async () => {
    const databaseUrl = await createUrl()
    const port = await findFreePort()
    const before = await start(databaseUrl)
    const config = { ...before.config, port, issuer: `http://127.0.0.1:${port}` }
    await servers.pop()?.stop()
    const child = spawn(process.execPath, [dyingServer, JSON.stringify(config)], { stdio: ['pipe', 'pipe', 'inherit'] })
    await once(child.stdout, 'data')
    const stream = await follow(config)
    await stream.until(({ name }) => name === 'heartbeat')
    child.stdin.end()
    await once(child, 'close')
    await stream.ended
    expect(stream.events.every(({ name }) => name === 'heartbeat')).toBe(true)
    const next = await follow(await start(databaseUrl, config.secrets))
    expect((await next.until(isKind('s'))).data).toContain('"n":1')
  })

  it('a heartbeat that a guard kept proves, after a restart, that the database was restored', async () => {
    const databaseUrl = await createUrl()
    const first = await start(databaseUrl)
    const { database } = first.running.installation
    await database.write((tx) => recordRevocations(tx, [{ kind: 's', identifier: 'a', forgetAt: 9e9 }]))
    const log = await (await fetch(`${first.issuer}/revocation-feed/log?after=1`)).text()
    await database.write(async (tx) => {
      const tables = tx.sql.withTables<{ feed_head: { seq: number; chain: string }; feed_record: { seq: number } }>()
      await tables.deleteFrom('feed_record').execute()
      await tables
        .updateTable('feed_head')
        .set({ seq: 0, chain: 'A'.repeat(43) })
        .execute()
    })
    // It has forgotten what it followed; the issuer is the same.
    const { config } = first
    servers.pop()
    await first.running.stop()
    const server = await startTestServer({ config: { ...config, databaseUrl } })
    servers.push(server)
    const rewound = `${server.issuer}/revocation-feed/rewound`
    const heartbeat = log.trim()
    const audited = async () =>
      (await listAuditEvents(server.running.installation.database.read, { limit: 1000 })).filter(
        ({ act }) => act === 'feed.rewound',
      ).length
    // The first server may have noticed by itself before it stopped: the same, once.
    const known = await audited()
    const [head, payload, signature = ''] = heartbeat.split('.')
    for (const bad of ['', 'x', `${head}.${payload}.${signature.slice(0, -4)}AAAA`])
      expect((await postJson(rewound, { heartbeat: bad })).status).toBe(400)
    expect(await audited()).toBe(known)
    for (let time = 0; time < 2; time++) expect((await postJson(rewound, { heartbeat })).status).toBe(204)
    expect(await audited()).toBe(1)
    const latest = (await (await fetch(`${server.issuer}/revocation-feed/log?after=0`)).text()).trim().split('\n')
    expect(latest[0]).toContain('"k":"a"')
    expect(decodeJwt(latest.at(-1) ?? '').fid).not.toBe(decodeJwt(heartbeat).fid)
  })

  it('a reader that goes away while it is asked who reads leaves its place to others', async () => {
    const server = await start(await createUrl())
    const { hostname, port } = new URL(server.issuer)
    for (const path of ['/revocation-feed?after=0', '/revocation-feed/log?after=0&wait=20'])
      for (let count = 0; count < 100; count += 1) {
        const socket = connect(Number(port), hostname).on('error', () => {})
        await once(socket, 'connect')
        // Names that nobody has: so the database is asked, and the reader leaves meanwhile.
        const authorization = `Basic ${Buffer.from(`guard-${count}:secret`).toString('base64')}`
        const request = `GET ${path} HTTP/1.1\r\nhost: ${hostname}\r\nauthorization: ${authorization}\r\n\r\n`
        socket.write(request, () => socket.destroy())
      }
    await (await follow(server)).until(({ name }) => name === 'heartbeat')
    await expect.poll(() => countOpenStreams(server), { timeout: 10_000 }).toBe('1')
  })

  it('a reader with more than 1 MiB unsent is cut off, and the others go on', async () => {
    const server = await start(await createUrl())
    const quick = await follow(server)
    const { hostname, port } = new URL(server.issuer)
    const slow = connect(Number(port), hostname)
    slow.write(`GET /revocation-feed?after=0 HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`)
    await once(slow, 'readable')
    slow.on('error', () => {})
    const { database } = server.running.installation
    let batches = 0
    while ((await countOpenStreams(server)) === '2' && batches < 40) {
      batches += 1
      await database.write((tx) =>
        recordRevocations(
          tx,
          Array.from({ length: 5000 }, (_, index) => ({ kind: 's', identifier: `${batches} ${index}`, forgetAt: 9e9 })),
        ),
      )
      await quick.until(({ data }) => data.startsWith(`{"n":${batches * 5000},`))
    }
    expect(await countOpenStreams(server)).toBe('1')
    slow.destroy()
  })
})

describe('two servers on one PostgreSQL', () => {
  const { createUrl } = databaseUnderTest('postgresql')

  it('what one revokes reaches the streams of the other, and guards of both confirm', async () => {
    const databaseUrl = await createUrl()
    const one = await start(databaseUrl)
    const other = await start(databaseUrl, one.config.secrets)
    const client = await addConfidentialClient(one, ['revocations:write', 'introspect:https://api.example.com'])
    const ack = (server: TestServer, guard: string, seq: number) =>
      postJson(`${server.issuer}/revocation-feed/ack`, { guard, seq }, client.authorization)
    await ack(one, 'a', 0)
    await ack(other, 'b', 0)
    const stream = await follow(other)
    const revoking = postJson(`${one.issuer}/revocations?wait=10s`, { everything: true }, client.authorization)
    await stream.until(isKind('a'))
    await ack(one, 'a', 1)
    await ack(other, 'b', 1)
    expect(await (await revoking).json()).toMatchObject({ seq: 1, confirmed: 2, of: 2, missing: [] })
  })
})

describe('a server that stops', () => {
  const { createUrl } = databaseUnderTest('sqlite')

  it('answers at once who waits for guards', async () => {
    const server = await start(await createUrl())
    const client = await addConfidentialClient(server, ['revocations:write', 'introspect:https://api.example.com'])
    await postJson(`${server.issuer}/revocation-feed/ack`, { guard: 'a', seq: 0 }, client.authorization)
    const revoking = postJson(`${server.issuer}/revocations?wait=30s`, { everything: true }, client.authorization)
    await (await follow(server)).until(isKind('a'))
    const startedAt = performance.now()
    await servers.pop()?.stop()
    expect(await (await revoking).json()).toMatchObject({ seq: 1, confirmed: 0, of: 1, missing: ['a'] })
    expect(performance.now() - startedAt).toBeLessThan(5000)
  })
})

describe('limits', () => {
  const { createUrl } = databaseUnderTest('sqlite')

  it('streams per network and in all: beyond them 503 with Retry-After, and a place that was given back is free', async () => {
    const { running, config } = await start(await createUrl())
    const { database, clock, keyRing } = running.installation
    const follower = new FeedFollower({ issuer: config.issuer, database, clock, keyRing, log: { warn() {} } })
    const places = new FeedStreams(follower, { perNetwork: 2, inAll: 3, unsentBytes: 1, unsentMilliseconds: 10_000 })
    const stranger = (network: string) => places.admit({ network, clientId: undefined })
    const leave = stranger('192.0.2.1')
    stranger('192.0.2.1')
    const refusal = expect.objectContaining({ status: 503, headers: { 'retry-after': '5' } })
    expect(() => stranger('192.0.2.1')).toThrow(refusal)
    stranger('192.0.2.2')
    expect(() => stranger('192.0.2.3')).toThrow(refusal)
    leave()
    leave()
    stranger('192.0.2.3')
    expect(places.count).toBe(3)
    // Strangers take no place of a guard.
    const guard = (clientId: string) => places.admit({ network: '192.0.2.1', clientId })
    guard('cli_a')
    guard('cli_a')
    expect(() => guard('cli_a')).toThrow(refusal)
    guard('cli_b')
    expect(() => guard('cli_c')).toThrow(refusal)
    expect(places.count).toBe(6)
  })

  it('readers of the log that take every place of strangers leave those of guards free', async () => {
    const server = await start(await createUrl())
    const { authorization } = await addConfidentialClient(server, ['introspect:https://api.example.com'])
    const other = await addConfidentialClient(server, ['orders:read'])
    const log = `${server.issuer}/revocation-feed/log?after=0`
    const ending = new AbortController()
    const held = Array.from({ length: 200 }, () =>
      fetch(`${log}&wait=20`, { signal: ending.signal }).catch(() => 'ended'),
    )
    const status = async (headers: Record<string, string> = {}) => (await fetch(log, { headers })).status
    await expect.poll(() => status(), { timeout: 10_000 }).toBe(503)
    expect(await status({ authorization })).toBe(200)
    expect(await status({ authorization: other.authorization })).toBe(503)
    expect(await status({ authorization: 'Basic bm9ib2R5OnNlY3JldA==' })).toBe(503)
    ending.abort()
    expect(await Promise.all(held)).toEqual(held.map(() => 'ended'))
  })
})
