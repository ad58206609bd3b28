import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const script = fileURLToPath(new URL('./start.mjs', import.meta.url))
const hasCurl = spawnSync('curl', ['--version']).status === 0

interface Started {
  readonly child: ChildProcess
  /** All that was printed until the last line of the welcome. */
  readonly printed: string
  readonly tutorialUrl: string
}

function start(environment: Readonly<Record<string, string>>): Promise<Started> {
  const child = spawn(process.execPath, [script], { env: { ...process.env, ...environment }, detached: true })
  let printed = ''
  return new Promise((resolve, reject) => {
    const read = (chunk: unknown) => {
      printed += chunk
      const tutorialUrl = /^ {2}Tutorial app +(\S+)$/m.exec(printed)?.[1]
      if (tutorialUrl && /^curl .*\/auth .*\n/m.test(printed)) resolve({ child, printed, tutorialUrl })
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.on('close', (code) => reject(new Error(`ended with ${code}: ${printed}`)))
  })
}

/** Ends it as a terminal does: the whole group gets the signal. */
function end({ child }: Started, signal: NodeJS.Signals): Promise<number | null> {
  if (child.pid !== undefined) process.kill(-child.pid, signal)
  // Not `exit`: the pipes close when the last process that holds them is gone, so an orphan would keep this waiting.
  return new Promise((resolve) => child.on('close', (code) => resolve(code)))
}

async function findFreePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.on('listening', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return String(typeof address === 'object' && address?.port)
}

/** The line of the welcome that begins like this, as a person would copy it. */
function lineOf(printed: string, beginning: string): string {
  const line = printed.split('\n').find((one) => one.startsWith(beginning))
  if (line === undefined) throw new Error(`no line begins with ${beginning}: ${printed}`)
  return line
}

describe('npm start', () => {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'ostiary-start-'))
  let environment: Readonly<Record<string, string>>
  let first: Started
  let issuer: string

  beforeAll(async () => {
    const port = await findFreePort()
    issuer = `http://127.0.0.1:${port}`
    environment = { OSTIARY_PORT: port, OSTIARY_DATA_DIR: dataDir, OSTIARY_ISSUER: '', OSTIARY_DATABASE_URL: '' }
    first = await start(environment)
  })
  afterAll(() => {
    first?.child.kill('SIGKILL')
    rmSync(dataDir, { recursive: true, force: true })
  })

  const logIn = (body: string) =>
    fetch(`${issuer}/login`, {
      method: 'POST',
      headers: { accept: 'application/json' },
      body: new URLSearchParams(body),
    })

  it.skipIf(!hasCurl)('prints two curl lines that work as they are pasted: one logs in, one calls the API', () => {
    const pasted = `${lineOf(first.printed, 'TOKEN=')}\n${lineOf(first.printed, 'curl ')}`
    const [token, answer] = execFileSync('sh', ['-c', pasted], { encoding: 'utf8' }).trim().split('\n')
    expect(token).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/)
    expect(answer).toBe('You are verified. Welcome to your dashboard!')
  })

  it('a second start keeps everything, and shows the password no more', async () => {
    const password = /^ {2}Password +(\S+) /m.exec(first.printed)?.[1] ?? ''
    expect(password).not.toBe('')
    const login = `username=demo&password=${password}&audience=https://tutorial.example`
    const { keys } = (await (await fetch(`${issuer}/.well-known/jwks.json`)).json()) as { keys: unknown }

    expect(await end(first, 'SIGINT')).toBe(0)
    for (const url of [issuer, first.tutorialUrl]) await expect(fetch(url)).rejects.toThrow('fetch failed')

    const second = await start(environment)
    try {
      expect(second.printed).not.toContain(password)
      expect((await logIn(login)).status).toBe(200)
      expect(await (await fetch(`${issuer}/.well-known/jwks.json`)).json()).toEqual({ keys })
    } finally {
      expect(await end(second, 'SIGHUP')).toBe(0)
    }
    for (const url of [issuer, second.tutorialUrl]) await expect(fetch(url)).rejects.toThrow('fetch failed')
  })

  it('a busy port is one sentence and an exit code that is not 0, and nothing is left running', async () => {
    const busy = createServer().listen(Number(environment.OSTIARY_PORT), '127.0.0.1')
    await new Promise((resolve) => busy.on('listening', resolve))
    try {
      const ended = spawnSync(process.execPath, [script], { env: { ...process.env, ...environment }, encoding: 'utf8' })
      expect(ended.status).toBe(1)
      expect(ended.stderr).toContain(String(environment.OSTIARY_PORT))
      expect(`${ended.stdout}${ended.stderr}`).not.toMatch(/\n {4}at |Tutorial app/)
    } finally {
      await new Promise((resolve) => busy.close(resolve))
    }
  })
})
