import { createHash } from 'node:crypto'
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose'
import { afterEach, expect, it } from 'vitest'
import { forEachDatabase } from '../../../testing/database.ts'
import { openStream, type StreamEvent, type TestStream } from '../../../testing/open-stream.ts'
import { startTestServer, type TestServer, type TestServerOptions } from '../../../testing/test-server.ts'
import { listAuditEvents } from '../../domain/audit/list-audit-events.ts'
import { purgeFeedRecords } from '../../domain/revocations/purge-revocations.ts'
import { recordRevocations } from '../../domain/revocations/record-revocations.ts'
import { toEpochSeconds } from '../../platform/clock/clock.ts'

forEachDatabase('the revocation feed', ({ createUrl }) => {
  const servers: TestServer[] = []
  const streams: TestStream[] = []
  afterEach(async () => {
    for (const stream of streams.splice(0)) stream.close()
    for (const server of servers.splice(0)) await server.stop()
  })

  async function start(options: TestServerOptions = {}): Promise<TestServer & { feed: string }> {
    const server = await startTestServer({ databaseUrl: await createUrl(), ...options })
    servers.push(server)
    return { ...server, feed: `${server.issuer}/revocation-feed` }
  }

  async function follow(url: string): Promise<TestStream> {
    const stream = await openStream(url)
    streams.push(stream)
    return stream
  }

  function revoke(server: TestServer, ...identifiers: string[]): Promise<number> {
    const { database, clock } = server.running.installation
    const forgetAt = toEpochSeconds(clock.now()) + 450
    return database.write((tx) =>
      recordRevocations(
        tx,
        identifiers.map((identifier) => ({ kind: 's', identifier, forgetAt })),
      ),
    )
  }

  const isHeartbeat = (sequence: number) => (event: StreamEvent) =>
    event.name === 'heartbeat' && decodeJwt(event.data).seq === sequence
  const records = (stream: TestStream) => stream.events.filter(({ name }) => name === 'message').map(({ data }) => data)
  const chainOf = (lines: readonly string[]) =>
    lines
      .reduce((chain, line) => createHash('sha256').update(chain).update(line).digest(), Buffer.alloc(32))
      .toString('base64url')

  it('RFC 8414 §2: the metadata names it, and a stream has a heartbeat at once, then records as they are committed', async () => {
    const server = await start({ issuerPath: '/tenant' })
    const metadata = await (await fetch(`${server.issuer}/.well-known/oauth-authorization-server`)).json()
    expect(metadata.revocation_feed_endpoint).toBe(server.feed)
    const stream = await follow(`${server.feed}?after=0`)
    expect(stream.response.statusCode).toBe(200)
    expect(stream.response.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
      'access-control-allow-origin': '*',
    })
    await stream.until(isHeartbeat(0))
    await revoke(server, 'a', 'b')
    const { data } = await stream.until(isHeartbeat(2))
    expect(stream.events.map(({ name }) => name).slice(0, 4)).toEqual(['heartbeat', 'message', 'message', 'heartbeat'])
    const hash = createHash('sha256').update('a').digest('base64url').slice(0, 22)
    const x = toEpochSeconds(server.clock.now()) + 450
    expect(records(stream)[0]).toBe(`{"n":1,"k":"s","i":"${hash}","x":${x}}`)
    const keys = createRemoteJWKSet(new URL(`${server.issuer}/.well-known/jwks.json`))
    const { payload, protectedHeader } = await jwtVerify(data, keys, {
      issuer: server.issuer,
      typ: 'feed-heartbeat+jwt',
    })
    expect(protectedHeader.alg).toBe('ES256')
    expect(payload).toEqual({
      iss: server.issuer,
      fid: expect.stringMatching(/^[\w-]{22}$/),
      seq: 2,
      h: chainOf(records(stream)),
      iat: server.clock.now() / 1000,
      audit: expect.stringMatching(/^127\.0\.0\.1:\d+\/tenant\/audit\n\d+\n[A-Za-z0-9+/]{43}=\n\n— /),
    })
  })

  it('a heartbeat comes each second without records', async () => {
    const stream = await follow(`${(await start()).feed}?after=0`)
    await expect.poll(() => stream.events.length, { timeout: 3000 }).toBeGreaterThanOrEqual(3)
    expect(stream.events.every(({ name }) => name === 'heartbeat')).toBe(true)
  })

  it('who comes back gets what it has missed, in order and once', async () => {
    const server = await start()
    await revoke(server, 'a', 'b', 'c')
    const stream = await follow(`${server.feed}?after=1`)
    await stream.until(isHeartbeat(3))
    await revoke(server, 'd')
    await stream.until(({ data }) => data.startsWith('{"n":4'))
    expect(records(stream).map((line) => JSON.parse(line).n)).toEqual([2, 3, 4])
  })

  it('the log holds the records after a number, at most 1,000, and ends with a heartbeat', async () => {
    const server = await start()
    await revoke(server, ...Array.from({ length: 1_050 }, (_, index) => `session ${index}`))
    const read = async (after: number) => {
      const answer = await fetch(`${server.feed}/log?after=${after}`)
      expect(answer.headers.get('content-type')).toBe('application/jsonl')
      return (await answer.text()).trimEnd().split('\n')
    }
    const first = await read(0)
    const second = await read(1_000)
    expect([first.length, second.length]).toEqual([1_001, 51])
    expect(decodeJwt(first.at(-1) ?? '').seq).toBe(1_050)
    expect(decodeJwt(second.at(-1) ?? '').h).toBe(chainOf([...first.slice(0, -1), ...second.slice(0, -1)]))
    expect((await read(1_050)).length).toBe(1)
    const stream = await follow(`${server.feed}?after=0`)
    await stream.until(({ data }) => data.startsWith('{"n":1050,'))
    expect(records(stream)).toEqual([...first.slice(0, -1), ...second.slice(0, -1)])
  })

  it('a log that waits is answered by the next record, and by a heartbeat alone when none comes', async () => {
    const server = await start()
    const waiting = fetch(`${server.feed}/log?after=0&wait=25`).then((answer) => answer.text())
    await expect.poll(() => server.logText()).toContain('listening')
    await revoke(server, 'a')
    expect((await waiting).split('\n')[0]).toContain('"n":1')
    const inVain = await (await fetch(`${server.feed}/log?after=1&wait=1`)).text()
    expect(decodeJwt(inVain.trim()).seq).toBe(1)
  })

  it('the snapshot: a signed line with count and digest, then every record that may not be forgotten yet', async () => {
    const server = await start()
    const { database, clock } = server.running.installation
    const now = toEpochSeconds(clock.now())
    await database.write((tx) =>
      recordRevocations(tx, [
        { kind: 's', identifier: 'old', forgetAt: now - 1 },
        { kind: 'u', identifier: 'acc', moment: clock.now(), forgetAt: now + 60 },
        { kind: 'a', moment: clock.now(), forgetAt: now + 60 },
      ]),
    )
    const text = await (await fetch(`${server.feed}/snapshot`)).text()
    const [first = '', ...rest] = text.split('\n')
    const keys = createRemoteJWKSet(new URL(`${server.issuer}/.well-known/jwks.json`))
    const { payload } = await jwtVerify(first, keys, { issuer: server.issuer, typ: 'feed-snapshot+jwt' })
    expect(payload).toMatchObject({ seq: 3, count: 2 })
    expect(payload.digest).toBe(createHash('sha256').update(rest.join('\n')).digest('base64url'))
    expect(rest.slice(0, -1).map((line) => JSON.parse(line).n)).toEqual([2, 3])
    expect(rest.at(-1)).toBe('')
  })

  it('410 for what was forgotten and for what never was; 400 for what is no number', async () => {
    const server = await start()
    const now = toEpochSeconds(server.clock.now())
    const { database } = server.running.installation
    await database.write((tx) => recordRevocations(tx, [{ kind: 's', identifier: 'a', forgetAt: now + 1 }]))
    server.clock.set(server.clock.now() + 3_600_000)
    await database.write((tx) => purgeFeedRecords(tx, 100))
    for (const path of ['?after=0', '/log?after=0', '?after=2', '/log?after=2&wait=1'])
      expect((await fetch(`${server.feed}${path}`)).status, path).toBe(410)
    for (const path of ['', '?after=x', '?after=-1', '?after=01', '/log?after=1&wait=26', '/log?after=1&wait=0'])
      expect((await fetch(`${server.feed}${path}`)).status, path).toBe(400)
    expect((await fetch(`${server.feed}?after=1`, { method: 'HEAD' })).status).not.toBe(200)
  })

  it('a server that stops ends its streams and answers waiting logs at once', async () => {
    const server = await start()
    const stream = await follow(`${server.feed}?after=0`)
    const waiting = fetch(`${server.feed}/log?after=0&wait=25`)
    await expect.poll(async () => (await fetch(`${server.issuer}/metrics`)).text()).toContain('ostiary_feed_streams 2')
    const startedAt = performance.now()
    await server.stop()
    servers.pop()
    await stream.ended
    expect(stream.response.complete).toBe(true)
    expect((await waiting).status).toBe(200)
    expect(performance.now() - startedAt).toBeLessThan(3000)
  })

  it('a database that was restored beneath a running server: a new feed id, everything is revoked, once, and audited', async () => {
    const server = await start()
    await revoke(server, 'a', 'b')
    const [first = ''] = (await (await fetch(`${server.feed}/log?after=0`)).text()).split('\n')
    const stream = await follow(`${server.feed}?after=2`)
    const before = decodeJwt((await stream.until(isHeartbeat(2))).data)
    const { database } = server.running.installation
    await database.write(async (tx) => {
      const tables = tx.sql.withTables<{ feed_head: { seq: number; chain: string }; feed_record: { seq: number } }>()
      await tables.deleteFrom('feed_record').where('seq', '=', 2).execute()
      await tables
        .updateTable('feed_head')
        .set({ seq: 1, chain: chainOf([first]) })
        .execute()
    })
    await stream.ended
    const events = await listAuditEvents(database.read, { limit: 1000 })
    expect(events.filter(({ act }) => act === 'feed.rewound')).toHaveLength(1)
    expect((await fetch(`${server.feed}?after=3`)).status).toBe(410)
    const log = (await (await fetch(`${server.feed}/log?after=1`)).text()).trimEnd().split('\n')
    expect(JSON.parse(log.at(-2) ?? '').k).toBe('a')
    expect(decodeJwt(log.at(-1) ?? '').fid).not.toBe(before.fid)
  })

  it('a database that was restored and has gone on since: a guard’s last heartbeat proves it by its chain, and everything is revoked', async () => {
    const server = await start()
    await revoke(server, 'a', 'lost')
    const kept = (await (await fetch(`${server.feed}/log?after=2`)).text()).trim()
    const { database } = server.running.installation
    await database.write(async (tx) => {
      const tables = tx.sql.withTables<{
        feed_head: { seq: number; chain: string }
        feed_record: { seq: number; chain: string }
      }>()
      const [first] = await tables.selectFrom('feed_record').selectAll().where('seq', '=', 1).execute()
      await tables.deleteFrom('feed_record').where('seq', '=', 2).execute()
      await tables
        .updateTable('feed_head')
        .set({ seq: 1, chain: first?.chain ?? '' })
        .execute()
    })
    await revoke(server, 'new', 'newer')
    const report = () =>
      fetch(`${server.feed}/rewound`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ heartbeat: kept }),
      })
    expect([(await report()).status, (await report()).status]).toEqual([204, 204])
    const events = await listAuditEvents(database.read, { limit: 1000 })
    expect(events.filter(({ act }) => act === 'feed.rewound')).toHaveLength(1)
    const log = (await (await fetch(`${server.feed}/log?after=3`)).text()).trimEnd().split('\n')
    expect(JSON.parse(log[0] ?? '').k).toBe('a')
  })

  it('a nonce that a guard sends is in the first heartbeat of its stream and of its log, and in no other', async () => {
    const server = await start()
    const nonce = 'n0nce-of_16_chars'
    const stream = await follow(`${server.feed}?after=0&nonce=${nonce}`)
    expect(decodeJwt((await stream.until(isHeartbeat(0))).data).nonce).toBe(nonce)
    await revoke(server, 'a')
    expect(decodeJwt((await stream.until(isHeartbeat(1))).data)).not.toHaveProperty('nonce')
    const log = (await (await fetch(`${server.feed}/log?after=1&nonce=${nonce}`)).text()).trim()
    expect(decodeJwt(log).nonce).toBe(nonce)
    expect((await fetch(`${server.feed}/log?after=1&nonce=short`)).status).toBe(400)
  })

  it('more answers of the log at once than one network may have are refused, and others are given', async () => {
    const server = await start()
    const waiting = Array.from({ length: 260 }, () => fetch(`${server.feed}/log?after=0&wait=2`))
    const statuses = (await Promise.all(waiting)).map(({ status }) => status)
    expect(statuses.filter((status) => status === 200)).toHaveLength(200)
    expect(statuses.filter((status) => status === 503)).toHaveLength(60)
    expect((await fetch(`${server.feed}/log?after=0`)).status).toBe(200)
  })
})
