import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export interface CliResult {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

const bin = fileURLToPath(new URL('../dist/bundle/bin.js', import.meta.url))
/** Hundreds of processes of tests compile the same code. */
const compileCache = fileURLToPath(new URL('../../../node_modules/.cache/ostiary-compile', import.meta.url))

/** A folder of its own with settings in the environment: what an operator sits in. */
export class CliFolder implements Disposable {
  readonly path: string = mkdtempSync(path.join(tmpdir(), 'ostiary-cli-'))
  readonly environment: Record<string, string>

  constructor(environment: Record<string, string> = {}) {
    this.environment = { OSTIARY_DATA_DIR: path.join(this.path, 'data'), ...environment }
  }

  /** Starts the built command as a process of its own. */
  start(args: readonly string[]) {
    const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('OSTIARY_')))
    return spawn(process.execPath, [bin, ...args], {
      cwd: this.path,
      env: { ...inherited, NODE_COMPILE_CACHE: compileCache, ...this.environment },
    })
  }

  /** Runs the built command to its end. */
  run(args: readonly string[], input: string | Buffer = ''): Promise<CliResult> {
    const child = this.start(args)
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk) => {
      stdout += chunk
    })
    child.stderr.on('data', (chunk) => {
      stderr += chunk
    })
    child.stdin.on('error', () => {})
    child.stdin.end(input)
    return new Promise((resolve) => child.on('close', (exitCode) => resolve({ exitCode, stdout, stderr })))
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true })
  }
}

/** Resolves when the process has printed something that matches; rejects with its output when it ends first. */
export function untilPrinted(child: ReturnType<CliFolder['start']>, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const read = (chunk: unknown) => {
      text += chunk
      if (pattern.test(text)) resolve(text)
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.on('close', () => reject(new Error(`ended before it printed ${pattern}: ${text}`)))
  })
}
