import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** A process that opens a database, and says what it does. */
export interface DatabaseChild {
  readonly process: ChildProcess
  /** What it has said so far, whole lines only. */
  lines(): string[]
  errors(): string
  /** Resolves once it has ended and everything it said was read. */
  readonly ended: Promise<void>
}

export function startDatabaseChild(args: readonly string[]): DatabaseChild {
  return startChild('database-child.ts', args)
}

/** An instance of one of the releases in `releases.ts`. */
export function startRelease(url: string, number: 1 | 2 | 3, ...prefix: readonly string[]): DatabaseChild {
  return startChild('release-child.ts', [url, String(number), ...prefix])
}

function startChild(program: string, args: readonly string[]): DatabaseChild {
  const file = join(import.meta.dirname, program)
  const child = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
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
