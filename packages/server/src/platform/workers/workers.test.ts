import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { createTestDatabaseUrl } from '../../../testing/postgresql.ts'
import { CliFolder } from '../../../testing/run-cli.ts'
import { findFreePort } from '../../../testing/test-server.ts'
import { randomSecret } from '../random/random.ts'

const losingWorkers = fileURLToPath(new URL('../../../testing/losing-workers.ts', import.meta.url))

describe('ostiary serve --workers', () => {
  test('2: one port, metrics of both, though one hangs, a killed worker is replaced, and SIGTERM to all of them stops each once, with exit code 0', async () => {
    const port = await findFreePort()
    const url = `http://127.0.0.1:${port}`
    using folder = new CliFolder({
      OSTIARY_DATABASE_URL: await createTestDatabaseUrl(),
      OSTIARY_SECRET: randomSecret(),
      OSTIARY_PORT: String(port),
    })
    const primary = folder.start(['serve', '--workers', '2'])
    let printed = ''
    for (const stream of [primary.stdout, primary.stderr])
      stream.on('data', (chunk) => {
        printed += chunk
      })
    const ended = new Promise<number | null>((resolve) => primary.once('exit', resolve))
    try {
      const count = (text: string) => printed.split(text).length - 1
      await expect.poll(() => count('"msg":"listening"'), { timeout: 30_000 }).toBe(2)
      // Whichever is asked: a connection of its own each time goes to the next one.
      const asked = Array.from({ length: 10 }, () => fetch(`${url}/healthz`, { headers: { connection: 'close' } }))
      expect((await Promise.all(asked)).map(({ status }) => status)).toEqual(asked.map(() => 200))
      const answering = () =>
        new Set([...printed.matchAll(/"worker":(\d+).*"route":"\/healthz"/g)].map(([, pid]) => Number(pid)))
      await expect.poll(() => answering().size).toBe(2)
      for (const _ of asked) expect(await countRequests(url)).toBe(asked.length)
      const [hanging = 0] = answering()
      process.kill(hanging, 'SIGSTOP')
      // It may be given the first connection, which then hangs with it.
      const countMeanwhile = () => countRequests(url, AbortSignal.timeout(5000)).catch(() => undefined)
      await expect.poll(countMeanwhile, { timeout: 30_000 }).toBe(asked.length)
      process.kill(hanging, 'SIGCONT')
      process.kill([...answering()][0] ?? 0, 'SIGKILL')
      await expect.poll(() => count('"msg":"listening"'), { timeout: 30_000 }).toBe(3)
      expect(count('a worker ended, another one is started')).toBe(1)
      expect(count('There is no administrator yet')).toBe(1)
      // As systemd does, and a terminal: the primary passes it on, and no worker takes that for a second signal.
      for (const pid of [primary.pid, ...workersIn(printed)])
        if (pid !== undefined && isRunning(pid)) process.kill(pid, 'SIGTERM')
      expect(await ended).toBe(0)
      expect(count('"msg":"stopped"')).toBe(2)
      await expect(fetch(`${url}/healthz`)).rejects.toThrow('fetch failed')
    } finally {
      primary.kill('SIGKILL')
    }
  })

  test.each([
    ['a message to a worker that has just died', 'unreachable', 1],
    ['a worker that cannot be started', 'unstartable', 2],
  ])('%s ends neither the primary nor the others, and another one is started', async (_, how, times) => {
    const child = spawn(process.execPath, [losingWorkers, how, String(times)], { stdio: ['ignore', 'pipe', 'inherit'] })
    let printed = ''
    child.stdout.on('data', (chunk) => {
      printed += chunk
    })
    expect(await once(child, 'close')).toEqual([0, null])
    const { code, lost } = JSON.parse(printed)
    expect(code).toBe(0)
    expect(lost.length).toBeGreaterThanOrEqual(times)
  })

  test.each([
    ['2', 'workers_need_postgresql', 1],
    ['many', 'invalid_option', 2],
  ])('%s on SQLite is refused: %s', async (workers, code, exitCode) => {
    using folder = new CliFolder({ OSTIARY_SECRET: randomSecret() })
    const ran = await folder.run(['serve', '--workers', workers, '--json'])
    expect([ran.exitCode, JSON.parse(ran.stderr).error.code]).toEqual([exitCode, code])
  })

  test('what the first worker can’t start with ends all, with its sentence and exit code 1', async () => {
    using folder = new CliFolder({
      OSTIARY_DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing',
      OSTIARY_SECRET: randomSecret(),
    })
    const ran = await folder.run(['serve', '--workers', '2'])
    expect(ran).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/^PostgreSQL at .* can't be reached/) })
  })
})

function workersIn(printed: string): ReadonlySet<number> {
  return new Set([...printed.matchAll(/"worker":(\d+)/g)].map(([, pid]) => Number(pid)))
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** As the worker that is asked has it of both. */
async function countRequests(url: string, signal?: AbortSignal): Promise<number> {
  const headers = { connection: 'close' }
  const metrics = await (await fetch(`${url}/metrics`, { headers, signal: signal ?? null })).text()
  const found = /^http_request_duration_seconds_count\{method="GET",route="\/healthz",status="200"\} (\d+)$/m.exec(
    metrics,
  )
  return Number(found?.[1])
}
