import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { WallClock } from '../instances/wall-clock.ts'
import type { Link } from '../network/link.ts'
import type { GuardReport, GuardsMessage, GuardsReply, GuardsToOpen } from './guard-report.ts'

/** Guards in a process of their own, with a wall clock and a way to the issuer of their own. */
export class GuardProcess implements AsyncDisposable {
  /** By which they reach the issuer. */
  readonly link: Link
  readonly names: readonly string[]
  readonly #clock = new WallClock()
  readonly #process: ChildProcess

  private constructor(link: Link, names: readonly string[]) {
    this.link = link
    this.names = names
    this.#process = spawn(
      process.execPath,
      ['--no-warnings', fileURLToPath(new URL('./follow-guards.ts', import.meta.url))],
      { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], env: { ...process.env, ...this.#clock.environment } },
    )
  }

  static open(link: Link, toOpen: Omit<GuardsToOpen, 'port'>): GuardProcess {
    const guards = new GuardProcess(link, toOpen.names)
    guards.#send({ open: { ...toOpen, port: link.port } })
    return guards
  }

  /** Asks each guard of it about a token, many times a second until a moment. */
  watch(watch: Extract<GuardsMessage, { watch: object }>['watch']): void {
    this.#send({ watch })
  }

  /** Shows each guard of it a token that was just issued. */
  show(show: Extract<GuardsMessage, { show: object }>['show']): void {
    this.#send({ show })
  }

  async areLive(): Promise<boolean> {
    const reply = await this.#ask('state')
    return 'states' in reply && reply.states.every((state) => state === 'live')
  }

  async report(): Promise<GuardReport> {
    const reply = await this.#ask('report')
    if ('report' in reply) return reply.report
    throw new Error('the guards answered something else')
  }

  setClock(shiftMilliseconds: number): void {
    this.#clock.set(shiftMilliseconds, this.#process)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const gone = once(this.#process, 'exit')
    this.#process.disconnect()
    await gone
    await this.link[Symbol.asyncDispose]()
    this.#clock[Symbol.dispose]()
  }

  #send(message: GuardsMessage): void {
    this.#process.send(message)
  }

  async #ask(asked: 'state' | 'report'): Promise<GuardsReply> {
    const reply = once(this.#process, 'message')
    this.#send({ ask: asked })
    return (await reply)[0] as GuardsReply
  }
}
