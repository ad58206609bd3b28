import { createHash } from 'node:crypto'
import { randomSecret } from '../src/platform/random/random.ts'
import { CliFolder, untilPrinted } from './run-cli.ts'
import { skewClock } from './skewed-clock.ts'
import { findFreePort } from './test-server.ts'

export const issuer = 'http://127.0.0.1:4000'
export const audience = 'https://api.example.com'
export const redirectUri = 'https://app.example/callback'

export interface PreparedProcesses {
  readonly settings?: Readonly<Record<string, string>>
  /** How far the clock of each process's machine is ahead; absent: it is the system's. */
  readonly clocksAheadMilliseconds?: readonly number[]
}

/** Server processes on one database, as behind a balancer: they have one issuer and listen on ports of their own. */
export class ServerProcesses implements AsyncDisposable {
  readonly #folders: CliFolder[]
  readonly urls: readonly string[]
  readonly #processes = new Map<number, ReturnType<CliFolder['start']>>()
  readonly issuer: string
  /** What each has printed, since it was first started. */
  readonly printed: string[]
  password = ''

  private constructor(issuerOfAll: string, folders: CliFolder[], ports: readonly number[]) {
    this.issuer = issuerOfAll
    this.#folders = folders
    this.urls = ports.map((port) => `http://127.0.0.1:${port}`)
    this.printed = ports.map(() => '')
  }

  /** Starts so many, with one API and the account `ada`. */
  static async start(
    databaseUrl: string,
    count: number,
    settings: Readonly<Record<string, string>> = {},
  ): Promise<ServerProcesses> {
    const servers = await ServerProcesses.prepare(databaseUrl, count, { settings })
    await servers.run('api', 'create', '--audience', audience, '--scope', 'orders:read')
    const created = await servers.run('account', 'create', '--username', 'ada', '--generate-password')
    servers.password = created.password ?? ''
    await servers.serve()
    return servers
  }

  /** So many that are not started yet, on a database that nobody has opened. */
  static async prepare(
    databaseUrl: string,
    count: number,
    { settings = {}, clocksAheadMilliseconds = [] }: PreparedProcesses = {},
  ): Promise<ServerProcesses> {
    const shared = {
      OSTIARY_DATABASE_URL: databaseUrl,
      OSTIARY_SECRET: randomSecret(),
      OSTIARY_ISSUER: issuer,
      OSTIARY_LOG_LEVEL: 'info',
      OSTIARY_REGISTRATION: 'token',
      ...settings,
    }
    const ports: number[] = []
    while (ports.length < count) ports.push(await findFreePort())
    const folders = ports.map((port, index) => {
      const ahead = clocksAheadMilliseconds[index]
      return new CliFolder({ ...shared, OSTIARY_PORT: String(port), ...(ahead !== undefined && skewClock(ahead)) })
    })
    return new ServerProcesses(settings.OSTIARY_ISSUER ?? issuer, folders, ports)
  }

  /** Runs a command of `ostiary` beside them and gives its JSON. */
  async run(...args: string[]): Promise<Readonly<Record<string, string>>> {
    const [folder] = this.#folders
    const { exitCode, stdout, stderr } = (await folder?.run([...args, '--json'])) ?? {}
    if (exitCode !== 0) throw new Error(`${args.join(' ')}: ${stderr}${stdout}`)
    return JSON.parse(stdout ?? '')
  }

  /** Starts them, which none is now. */
  async serve(): Promise<void> {
    await Promise.all(this.urls.map((_, index) => this.serveOne(index)))
  }

  /** Starts one of them, which is not running. */
  async serveOne(index: number): Promise<void> {
    const process = this.#folders[index]?.start(['serve'])
    if (process === undefined) throw new Error(`there is no process ${index}`)
    this.#processes.set(index, process)
    const print = (chunk: unknown) => {
      this.printed[index] += String(chunk)
    }
    process.stdout.on('data', print)
    process.stderr.on('data', print)
    await untilPrinted(process, /"msg":"listening"/)
  }

  /** kill -9, all of them at once. */
  async kill(): Promise<void> {
    await Promise.all([...this.#processes.keys()].map((index) => this.end(index, 'SIGKILL')))
  }

  /** Ends one of them; gives its exit code, null when a signal ended it. */
  async end(index: number, signal: NodeJS.Signals): Promise<number | null> {
    const process = this.#processes.get(index)
    if (process === undefined) throw new Error(`process ${index} is not running`)
    this.#processes.delete(index)
    const gone = new Promise<number | null>((resolve) => process.once('exit', resolve))
    process.kill(signal)
    return gone
  }

  /** The settings that one of them has. */
  environmentOf(index: number): Readonly<Record<string, string>> {
    return this.#folders[index]?.environment ?? {}
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
    for (const folder of this.#folders) folder[Symbol.dispose]()
  }

  /** Signs ada in at the first of them, as a browser does; gives the cookie. */
  async signIn(): Promise<string> {
    const answered = await fetch(`${this.urls[0]}/login`, {
      method: 'POST',
      headers: { accept: 'text/html', origin: this.issuer, 'sec-fetch-site': 'same-origin' },
      body: new URLSearchParams({ username: 'ada', password: this.password }),
      redirect: 'manual',
    })
    return answered.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  }

  /** Where a file of an operator can be. */
  get folder(): string {
    return this.#folders[0]?.path ?? ''
  }

  /** Opens a page of one of them in ada's browser, or sends a form of such a page. */
  browse(index: number, path: string, cookie: string, form?: Readonly<Record<string, string>>): Promise<Response> {
    return fetch(`${this.urls[index % this.urls.length]}${path}`, {
      headers: { accept: 'text/html', cookie, ...(form && { origin: this.issuer, 'sec-fetch-site': 'same-origin' }) },
      redirect: 'manual',
      ...(form && { method: 'POST', body: new URLSearchParams(form) }),
    })
  }

  /** Sends a form to one of them, round and round. */
  post(index: number, path: string, form: Readonly<Record<string, string>>): Promise<Response> {
    return fetch(`${this.urls[index % this.urls.length]}${path}`, { method: 'POST', body: new URLSearchParams(form) })
  }
}

export const verifier = 'v'.repeat(43)
export const challenge: string = createHash('sha256').update(verifier).digest('base64url')
