import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import vectors from '../../../../docs/reference/audit-log.vectors.json' with { type: 'json' }
import type { GuardEvent } from '../guard-event.ts'
import { FeedRequests } from './feed-requests.ts'
import type { FeedToFollow } from './feed-to-follow.ts'
import { verifyConsistency } from './verify-consistency.ts'
import { AuditWatch } from './watch-audit.ts'

const bytes = (text: string | undefined): Buffer => Buffer.from(text ?? '', 'base64')

it('RFC 9162 §2.1.4.2: takes each proof of the vectors, and none that was spoilt', () => {
  const to = { size: vectors.roots.length, root: bytes(vectors.roots.at(-1)) }
  for (const { from: size, hashes } of vectors.consistency.slice(0, -1)) {
    const from = { size, root: bytes(vectors.roots[size - 1]) }
    const proof = hashes.map(bytes)
    expect(verifyConsistency(from, to, proof)).toBe(true)
    const wrongRoot = { ...from, root: Buffer.alloc(32) }
    expect(verifyConsistency(wrongRoot, to, proof)).toBe(false)
    expect(verifyConsistency(from, { ...to, root: Buffer.alloc(32) }, proof)).toBe(false)
    expect(verifyConsistency(from, to, [...proof, Buffer.alloc(32)])).toBe(false)
    expect(verifyConsistency(from, to, [Buffer.alloc(31), ...proof])).toBe(false)
    if (proof.length > 0) expect(verifyConsistency(from, to, proof.slice(1))).toBe(false)
  }
})

/** RFC 6962 §2.1, written down as it stands there. */
const sha256 = (...parts: (Buffer | string)[]) =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest()
const split = (count: number) => 2 ** Math.floor(Math.log2(count - 1))
function rootOf(leaves: readonly Buffer[]): Buffer {
  const k = split(leaves.length)
  return leaves.length === 1
    ? (leaves[0] as Buffer)
    : sha256('\x01', rootOf(leaves.slice(0, k)), rootOf(leaves.slice(k)))
}
function subproof(m: number, leaves: readonly Buffer[], isWhole: boolean): Buffer[] {
  if (m === leaves.length) return isWhole ? [] : [rootOf(leaves)]
  const k = split(leaves.length)
  return m <= k
    ? [...subproof(m, leaves.slice(0, k), isWhole), rootOf(leaves.slice(k))]
    : [...subproof(m - k, leaves.slice(k), false), rootOf(leaves.slice(0, k))]
}

/** An issuer's log, which a test may cut off or replace. */
class Log {
  leaves: Buffer[] = []
  status = 200
  asked = 0
  readonly #server = createServer((request, response) => {
    this.asked += 1
    const { searchParams } = new URL(request.url ?? '', 'http://a')
    const [from, to] = [Number(searchParams.get('from')), Number(searchParams.get('to'))]
    if (this.status !== 200) response.writeHead(this.status).end('{}')
    else if (to > this.leaves.length) response.writeHead(404).end('{"code":"beyond_tree"}')
    else {
      const hashes = subproof(from, this.leaves.slice(0, to), true).map((hash) => hash.toString('base64'))
      response.end(JSON.stringify({ from, to, hashes }))
    }
  })

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/tenant/revocation-feed`
  }

  stop(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }

  grow(to: number, name = 'leaf'): string {
    while (this.leaves.length < to) this.leaves.push(sha256(`${name} ${this.leaves.length}`))
    return this.checkpoint()
  }

  checkpoint(): string {
    return `login.example.com/audit\n${this.leaves.length}\n${rootOf(this.leaves).toString('base64')}\n\n— x AAAA\n`
  }
}

describe('"What a guard does" with the audit log', () => {
  let log: Log
  let url: string
  let now = 0
  let folder: string
  let events: GuardEvent[] = []
  beforeEach(async () => {
    log = new Log()
    url = await log.start()
    folder = mkdtempSync(join(tmpdir(), 'ostiary-audit-'))
    events = []
  })
  afterEach(() => {
    log.stop()
    rmSync(folder, { recursive: true })
  })

  function watch(auditFile?: string): AuditWatch {
    const settings = { auditFile } as FeedToFollow['settings']
    const feed = { settings, monotonic: () => now, log: (event: GuardEvent) => events.push(event) }
    return new AuditWatch(
      feed as FeedToFollow & typeof feed,
      new FeedRequests(fetch, new AbortController().signal, undefined),
    )
  }

  const minute = () => {
    now += 60_000
  }

  it('keeps the first checkpoint, and each that goes on from it, once a minute at most', async () => {
    const audit = watch()
    await audit.notice(url, log.grow(3))
    expect(audit.memory).toEqual({ size: 3, checkpoint: log.checkpoint(), evidence: undefined })
    await audit.notice(url, log.grow(9))
    expect([audit.memory?.size, log.asked]).toEqual([3, 0])
    minute()
    await audit.notice(url, log.grow(10))
    await audit.notice(url, log.grow(11))
    expect([audit.memory?.size, log.asked, events.length]).toEqual([10, 1, 0])
  })

  it.each([[undefined], [7], [{ toString: 1 }], [['a\n3\nBw==']]])('%j is no checkpoint', async (note) => {
    const audit = watch()
    await audit.notice(url, note)
    expect(audit.memory).toBeUndefined()
  })

  it('a checkpoint of an instance that lags behind is no alarm', async () => {
    const earlier = log.grow(4)
    const audit = watch()
    await audit.notice(url, log.grow(7))
    minute()
    await audit.notice(url, earlier)
    expect([audit.memory?.size, log.asked, events]).toEqual([7, 1, []])
  })

  it.each([
    ['cut off', 5, 5, 'the audit log was cut off: it had 8 events, and its 5 do not go on from them'],
    [
      'cut off and grown again',
      5,
      12,
      'the audit log is another one: it had 8 events, and its 12 do not go on from them',
    ],
    [
      'another of the same size',
      5,
      8,
      'the audit log is another one: it had 8 events, and its 8 do not go on from them',
    ],
  ])(
    '%s: alarm, with the earlier checkpoint as evidence; then it follows what there is',
    async (_, cut, size, sentence) => {
      const audit = watch()
      const before = log.grow(8)
      await audit.notice(url, before)
      log.leaves = log.leaves.slice(0, cut)
      const after = log.grow(size, 'another')
      minute()
      await audit.notice(url, after)
      expect(events).toEqual([{ type: 'audit_alarm', sentence }])
      expect(audit.memory).toEqual({ size, checkpoint: after, evidence: before })
      minute()
      await audit.notice(url, log.grow(20, 'another'))
      expect([events.length, audit.memory?.size]).toEqual([1, 20])
    },
  )

  it('an answer that is none, or of something else, is no alarm: it asks again later', async () => {
    const audit = watch()
    await audit.notice(url, log.grow(3))
    for (const status of [404, 500]) {
      log.status = status
      minute()
      await audit.notice(url, log.grow(log.leaves.length + 1))
    }
    expect(events.map(({ type }) => type)).toEqual(['feed_failed', 'feed_failed'])
    expect(audit.memory?.size).toBe(3)
    log.status = 200
    minute()
    await audit.notice(url, log.checkpoint())
    expect(audit.memory?.size).toBe(5)
  })

  it('what is no checkpoint is passed over', async () => {
    const audit = watch()
    for (const note of [undefined, 3, '', 'a\n3\nAAAA\n', 'a\n0\n\n', {}]) await audit.notice(url, note)
    expect(audit.memory).toBeUndefined()
  })

  it('a file outlives the process: the next one sees at once what happened meanwhile', async () => {
    const file = join(folder, 'audit')
    const before = log.grow(8)
    await watch(file).notice(url, before)
    expect(JSON.parse(readFileSync(file, 'utf8')).checkpoint).toBe(before)
    log.leaves = log.leaves.slice(0, 5)
    const next = watch(file)
    await next.notice(url, log.grow(6, 'another'))
    expect(events.map(({ type }) => type)).toEqual(['audit_alarm'])
    const third = watch(file)
    await third.notice(url, log.checkpoint())
    expect(third.memory?.evidence).toBe(before)
    writeFileSync(file, 'spoilt')
    const fourth = watch(file)
    await fourth.notice(url, log.checkpoint())
    expect(fourth.memory).toEqual({ size: 6, checkpoint: log.checkpoint(), evidence: undefined })
  })
})
