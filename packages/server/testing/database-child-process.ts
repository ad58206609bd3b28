import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** A process that runs `database-child.ts`. */
export interface DatabaseChild {
  readonly process: ChildProcess
  /** What it has said so far, whole lines only. */
  lines(): string[]
  errors(): string
  /** Resolves once it has ended and everything it said was read. */
  readonly ended: Promise<void>
}

const program = join(import.meta.dirname, 'database-child.ts')

export function startDatabaseChild(args: readonly string[]): DatabaseChild {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  let errors = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  return {
    process: child,
    lines: () => said.split('\n').slice(0, -1),
    errors: () => errors,
    ended: once(child, 'close').then(() => {}),
  }
}
