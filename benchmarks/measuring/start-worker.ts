import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'

/** A process of ours that answers each message with one. */
export interface Worker<Message, Reply> {
  readonly pid: number
  ask(message: Message): Promise<Reply>
  /** What it says next without being asked. */
  next(): Promise<Reply>
  stop(): Promise<void>
}

/** Whether processes can be given a core of their own here. */
export const canPin: boolean = availableParallelism() > 1 && spawnSync('taskset', ['--version']).status === 0

export interface WorkerOptions {
  /** The only core that it may run on, where `canPin` allows that. */
  readonly core?: number
  /** Beside ours. */
  readonly environment?: Readonly<Record<string, string>>
}

/** Starts a script of this folder tree on the Node that runs us. */
export function startWorker<Message, Reply>(script: URL, options: WorkerOptions = {}): Worker<Message, Reply> {
  const { core, environment = {} } = options
  const node = [process.execPath, '--no-warnings', fileURLToPath(script)]
  const [command = '', ...args] = core !== undefined && canPin ? ['taskset', '-c', String(core), ...node] : node
  const child = spawn(command, args, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, ...environment },
  })
  if (child.pid === undefined) throw new Error(`${command} can’t be started`)
  return {
    pid: child.pid,
    ask(message) {
      const reply = listen<Reply>(child)
      child.send(message as object)
      return reply
    },
    next: () => listen<Reply>(child),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.disconnect()
      await gone
    },
  }
}

function listen<Reply>(child: ChildProcess): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null) => reject(new Error(`${child.spawnargs.join(' ')} ended with ${code}`))
    child.once('exit', onExit)
    child.once('message', (reply) => {
      child.off('exit', onExit)
      resolve(reply as Reply)
    })
  })
}
