import { once } from 'node:events'
import { createWriteStream, writeFileSync } from 'node:fs'
import { CliFolder, untilPrinted } from '../../packages/server/testing/run-cli.ts'
import { findFreePort } from '../../packages/server/testing/test-server.ts'
import { WallClock } from './wall-clock.ts'

type Command = ReturnType<CliFolder['start']>

/** One `ostiary serve`, with a wall clock of its own. */
export class Instance implements AsyncDisposable {
  readonly port: number
  readonly #folder: CliFolder
  readonly #clock = new WallClock()
  readonly #logFile: string
  #process: Command | undefined

  private constructor(port: number, environment: Readonly<Record<string, string>>, logFile: string) {
    this.port = port
    this.#logFile = logFile
    writeFileSync(logFile, '')
    this.#folder = new CliFolder({ ...environment, OSTIARY_PORT: String(port), ...this.#clock.environment })
  }

  /** What it logs goes to a file. */
  static async place(environment: Readonly<Record<string, string>>, logFile: string): Promise<Instance> {
    return new Instance(await findFreePort(), environment, logFile)
  }

  get isRunning(): boolean {
    return this.#process !== undefined && this.#process.exitCode === null && this.#process.signalCode === null
  }

  async start(): Promise<void> {
    const server = this.#folder.start(['serve'])
    this.#process = server
    // Also when it is interrupted.
    const abandon = () => server.kill('SIGKILL')
    process.once('exit', abandon)
    server.once('exit', () => process.removeListener('exit', abandon))
    const log = createWriteStream(this.#logFile, { flags: 'a' })
    server.stdout.pipe(log, { end: false })
    server.stderr.pipe(log, { end: false })
    server.once('close', () => log.end())
    await untilPrinted(server, /"msg":"listening"/)
  }

  /** kill -9 */
  async kill(): Promise<void> {
    if (!this.isRunning) return
    const gone = once(this.#process as Command, 'exit')
    this.#process?.kill('SIGKILL')
    await gone
  }

  /** It answers nothing, and its connections stay. */
  freeze(): void {
    this.#process?.kill('SIGSTOP')
  }

  thaw(): void {
    this.#process?.kill('SIGCONT')
  }

  /** Sets its wall clock so far from the right time. */
  setClock(shiftMilliseconds: number): void {
    this.#clock.set(shiftMilliseconds, this.#process)
  }

  /** Runs a command of `ostiary` beside it and gives its JSON. */
  async run(args: readonly string[], input = ''): Promise<Readonly<Record<string, unknown>>> {
    const { exitCode, stdout, stderr } = await this.#folder.run([...args, '--json'], input)
    if (exitCode !== 0) throw new Error(`ostiary ${args.join(' ')}: ${stderr}${stdout}`)
    return JSON.parse(stdout) as Readonly<Record<string, unknown>>
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
    this.#folder[Symbol.dispose]()
    this.#clock[Symbol.dispose]()
  }
}
