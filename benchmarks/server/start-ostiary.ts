import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

// The command that the package installs, whatever it is built into.
const packageFile = fileURLToPath(import.meta.resolve('ostiary/package.json'))
const { bin } = JSON.parse(readFileSync(packageFile, 'utf8')) as { bin: { ostiary: string } }
export const commandLine: string = path.join(path.dirname(packageFile), bin.ostiary)

/** An authorization server's database, with one API and some accounts. */
export interface Installation {
  /** Where it listens. */
  readonly url: string
  readonly issuer: string
  readonly audience: string
  readonly logins: readonly { readonly username: string; readonly password: string }[]
  readonly environment: NodeJS.ProcessEnv
  /** Runs a command of `ostiary` and gives what it printed. */
  run(args: readonly string[], input?: string): string
  remove(): void
}

export interface InstallationOptions {
  readonly accounts: number
  /** Default: SQLite in a folder of its own. */
  readonly databaseUrl?: string
  /** Where others find it. Default: where it listens. */
  readonly issuer?: string
}

/** Makes an installation by the command line, as an operator does. */
export async function makeInstallation(options: InstallationOptions): Promise<Installation> {
  const { accounts, databaseUrl, issuer } = options
  const folder = mkdtempSync(path.join(tmpdir(), 'ostiary-bench-'))
  const port = await findFreePort()
  const environment = {
    PATH: process.env.PATH,
    OSTIARY_DATA_DIR: folder,
    OSTIARY_HOST: '127.0.0.1',
    OSTIARY_PORT: String(port),
    OSTIARY_SECRET: randomBytes(32).toString('base64url'),
    ...(databaseUrl !== undefined && { OSTIARY_DATABASE_URL: databaseUrl }),
    ...(issuer !== undefined && { OSTIARY_ISSUER: issuer }),
  }
  const run = (args: readonly string[], input = '') =>
    execFileSync(process.execPath, [commandLine, ...args], {
      cwd: folder,
      env: environment,
      input,
      stdio: 'pipe',
    }).toString()
  const audience = 'https://api.example.com'
  run(['api', 'create', '--audience', audience, '--scope', 'orders:read', 'orders:write'])
  const logins = Array.from({ length: accounts }, (_, index) => ({
    username: `person-${index}`,
    password: randomBytes(18).toString('base64url'),
  }))
  for (const { username, password } of logins) {
    run(['account', 'create', '--username', username, '--password-stdin'], `${password}\n`)
  }
  const remove = () => rmSync(folder, { recursive: true, force: true })
  const url = `http://127.0.0.1:${port}`
  return { url, issuer: issuer ?? url, audience, logins, environment, run, remove }
}

export interface OstiaryProcess {
  readonly pid: number
  /** From the moment at which the process was asked for. */
  readonly listeningAfterMilliseconds: number
  stop(): Promise<void>
}

/** Runs `ostiary serve`, or a script that serves in its place, until it listens. */
export async function startOstiary({ environment }: Installation, script?: string): Promise<OstiaryProcess> {
  const start = performance.now()
  const args = script === undefined ? [commandLine, 'serve'] : ['--no-warnings', script]
  const child = spawn(process.execPath, args, {
    cwd: environment.OSTIARY_DATA_DIR,
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await untilListening(child)
  const listeningAfterMilliseconds = performance.now() - start
  child.stdout.resume()
  return {
    pid: getPid(child),
    listeningAfterMilliseconds,
    async stop() {
      if (child.exitCode !== null) return
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      await gone
    },
  }
}

function untilListening(child: ChildProcess & { readonly stdout: NodeJS.ReadableStream }): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`ostiary serve ended with ${code}`)))
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (/"msg":"listening"/.test(line)) resolve()
    })
  })
}

function getPid({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error('ostiary serve did not start')
  return pid
}

/** The body of `POST /login`, as a program sends it. */
export function renderLogin({ audience, logins }: Installation, index: number): string {
  return JSON.stringify({ ...logins[index % logins.length], audience })
}

/** A loopback port that was free a moment ago. */
export function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo
      probe.close(() => resolve(port))
    })
  })
}
