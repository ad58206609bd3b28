import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { commandLine, type Installation } from '../server/start-ostiary.ts'
import { type Inspector, inspectProcess } from './inspect-process.ts'

export interface InspectedServer {
  readonly pid: number
  readonly inspector: Inspector
  stop(): Promise<void>
}

/** Runs `ostiary serve` as it is installed, on a Node that lets itself be looked into. */
export async function startInspectedServer({ environment }: Installation): Promise<InspectedServer> {
  const child = spawn(process.execPath, ['--inspect=127.0.0.1:0', commandLine, 'serve'], {
    cwd: environment.OSTIARY_DATA_DIR,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const address = untilLine(child.stderr, /^Debugger listening on (\S+)/)
  const listening = untilLine(child.stdout, /"msg":"(listening)"/)
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const early = gone.then(() => Promise.reject(new Error(`ostiary serve ended with ${child.exitCode}`)))
  // It ends in the end: that is no failure then.
  early.catch(() => {})
  await Promise.race([listening, early])
  const pid = child.pid ?? Number.NaN
  const inspector = await inspectProcess(pid, await address)
  return {
    pid,
    inspector,
    async stop() {
      inspector.close()
      child.kill('SIGTERM')
      await gone
    },
  }
}

function untilLine(stream: NodeJS.ReadableStream, pattern: RegExp): Promise<string> {
  return new Promise((resolve) => {
    // Read to the end: a full pipe would hold the server's log in its memory.
    createInterface({ input: stream }).on('line', (line) => {
      const found = pattern.exec(line)?.[1]
      if (found !== undefined) resolve(found)
    })
  })
}
