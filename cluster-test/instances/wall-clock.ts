import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** The wall clock of one process of ours, which can be set. */
export class WallClock implements Disposable {
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'ostiary-clock-'))
  readonly #file = path.join(this.#folder, 'shift')

  constructor() {
    writeFileSync(this.#file, '0')
  }

  /** What the process must be started with. */
  get environment(): Readonly<Record<string, string>> {
    const preload = new URL('./shift-clock.mjs', import.meta.url).href
    return { NODE_OPTIONS: `--import=${preload}`, OSTIARY_TEST_CLOCK: this.#file }
  }

  /** Sets it so far from the right time, at once. */
  set(shiftMilliseconds: number, process: ChildProcess | undefined): void {
    writeFileSync(this.#file, String(shiftMilliseconds))
    process?.kill('SIGUSR2')
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
