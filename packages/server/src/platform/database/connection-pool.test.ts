import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ConnectionPool, type Poolable } from './connection-pool.ts'

class Link implements Poolable {
  isGone = false
  isClosed = false
  #gone = () => {}
  onceGone(gone: () => void): void {
    this.#gone = gone
  }
  close(): void {
    this.isClosed = true
    this.lose()
  }
  /** As when the other side hangs up. */
  lose(): void {
    this.isGone = true
    this.#gone()
  }
}

class Server {
  readonly links: Link[] = []
  attempts = 0
  isAway = false
  now = 0
  lost = 0
  readonly pool: ConnectionPool<Link>
  constructor(most: number) {
    this.pool = new ConnectionPool<Link>({
      most,
      now: () => this.now,
      onLost: () => this.lost++,
      open: async () => {
        this.attempts++
        await sleep(1)
        if (this.isAway) throw new Error('away')
        const link = new Link()
        this.links.push(link)
        return link
      },
    })
    onTestFinished(() => this.pool.close())
  }
}

describe('a pool of connections', () => {
  test('opens no more than it may, and gives each to one at a time, in the order of asking', async () => {
    const { pool, links } = new Server(3)
    const order: number[] = []
    const inUse = new Set<Link>()
    await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        const link = await pool.acquire()
        expect(inUse.has(link)).toBe(false)
        inUse.add(link)
        order.push(index)
        await sleep(1)
        inUse.delete(link)
        pool.release(link)
      }),
    )
    expect(links).toHaveLength(3)
    expect(order.slice(3)).toEqual(Array.from({ length: 47 }, (_, index) => index + 3))
    expect(pool.figures).toEqual({ busy: 0, idle: 3, opening: 0, waiting: 0 })
  })

  test('has a connection for what is urgent while a flood has all the others and many wait', async () => {
    const { pool } = new Server(2)
    const flood = await Promise.all([pool.acquire(), pool.acquire()])
    const waiting = Array.from({ length: 20 }, () => pool.acquire())
    const urgent = await pool.acquire({ isUrgent: true })
    pool.release(urgent)
    expect(await pool.acquire({ isUrgent: true })).toBe(urgent)
    expect(pool.figures).toEqual({ busy: 3, idle: 0, opening: 0, waiting: 20 })
    for (const link of [...flood, urgent]) pool.release(link)
    for (const link of waiting) pool.release(await link)
  })

  test('refuses as busy whoever comes after 1,000 who wait', async () => {
    const { pool } = new Server(1)
    const first = await pool.acquire()
    const waiting = Array.from({ length: 1000 }, () => pool.acquire())
    await expect(pool.acquire()).rejects.toMatchObject({ code: 'busy' })
    pool.release(first)
    for (const link of waiting) pool.release(await link)
  })

  test('lends no connection that was lost, idle or lent', async () => {
    const server = new Server(2)
    const { pool, links } = server
    const [one, two] = await Promise.all([pool.acquire(), pool.acquire()])
    pool.release(one)
    one.lose()
    two.lose()
    pool.release(two)
    const next = await pool.acquire()
    expect([one, two]).not.toContain(next)
    expect({ lost: server.lost, opened: links.length }).toEqual({ lost: 1, opened: 3 })
    pool.release(next)
  })

  test('after a renewal lends none that was there before', async () => {
    const { pool, links } = new Server(2)
    const [one, two] = await Promise.all([pool.acquire(), pool.acquire()])
    pool.release(one)
    pool.renew()
    expect(one.isClosed).toBe(true)
    pool.release(two)
    expect(two.isClosed).toBe(true)
    pool.release(await pool.acquire())
    expect(links).toHaveLength(3)
  })

  test('drops those that were idle before a moment, and keeps what was used since', async () => {
    const server = new Server(3)
    const { pool, links } = server
    const [first, second] = await Promise.all([pool.acquire(), pool.acquire()])
    pool.release(first)
    server.now = 10
    pool.release(second)
    pool.dropIdleSince(5)
    expect([first.isClosed, second.isClosed, server.lost]).toEqual([true, false, 0])
    expect(await pool.acquire()).toBe(second)
    pool.release(second)
    expect(links).toHaveLength(2)
  })

  test('opens connections anew after their time', async () => {
    const server = new Server(2)
    const link = await server.pool.acquire()
    server.now = 16 * 60_000
    server.pool.release(link)
    expect(link.isClosed).toBe(true)
  })

  test('while the server is away makes one attempt at a time, and tells all who wait what it was told', async () => {
    const server = new Server(10)
    server.isAway = true
    const end = performance.now() + 400
    let refused = 0
    while (performance.now() < end) {
      const asked = Array.from({ length: 100 }, () => server.pool.acquire())
      for (const outcome of await Promise.allSettled(asked)) if (outcome.status === 'rejected') refused++
    }
    expect(refused).toBeGreaterThanOrEqual(100)
    // The first who come ask at once, as many as there may be connections.
    expect(server.attempts).toBeLessThan(10 + 10)
  })

  test('serves who waits as soon as the server is back', async () => {
    const server = new Server(3)
    server.isAway = true
    await expect(server.pool.acquire()).rejects.toThrow('away')
    const waiting = Array.from({ length: 5 }, () => server.pool.acquire())
    server.isAway = false
    for (const link of waiting) server.pool.release(await link)
  })

  test('closes when all have come back, and lends nothing any more', async () => {
    const { pool, links } = new Server(1)
    const link = await pool.acquire()
    const waiting = pool.acquire()
    const closing = pool.close()
    await expect(waiting).rejects.toMatchObject({ code: 'closed' })
    pool.release(link)
    await closing
    expect(links.map(({ isClosed }) => isClosed)).toEqual([true])
  })
})
