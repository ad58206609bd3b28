import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { findFreePort } from './test-server.ts'

/** A real PgBouncer that pools by transaction, before all databases of one PostgreSQL. */
export interface Pgbouncer {
  /** The same database through it, by the URL of our servers. */
  lead(databaseUrl: string): string
  stop(): Promise<void>
}

/** Undefined where none is installed. */
export function findPgbouncer(): string | undefined {
  try {
    return execFileSync('/bin/sh', ['-c', 'PATH=$PATH:/usr/sbin command -v pgbouncer']).toString().trim()
  } catch {
    return undefined
  }
}

/** @param most connections to each database. */
export async function startPgbouncer(databaseUrl: string, most: number): Promise<Pgbouncer> {
  const port = await findFreePort()
  const folder = mkdtempSync(path.join(tmpdir(), 'ostiary-pgbouncer-'))
  const child = start(writeSettings(folder, { target: new URL(databaseUrl), port, most }))
  await untilUp(child)
  return {
    lead(url) {
      const there = new URL(url)
      there.port = String(port)
      there.searchParams.set('pooler', 'transaction')
      return there.href
    },
    async stop() {
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
      rmSync(folder, { recursive: true })
    },
  }
}

function writeSettings(
  folder: string,
  { target, port, most }: { readonly target: URL; readonly port: number; readonly most: number },
): string {
  const [settings, users] = [path.join(folder, 'pgbouncer.ini'), path.join(folder, 'users.txt')]
  const lines = [
    '[databases]',
    `* = host=${target.hostname} port=${target.port}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
    'unix_socket_dir =',
    'auth_type = plain',
    `auth_file = ${users}`,
    'pool_mode = transaction',
    'max_client_conn = 1000',
    `default_pool_size = ${most}`,
  ]
  writeFileSync(users, `"${target.username}" "${target.password}"\n`, { mode: 0o644 })
  writeFileSync(settings, lines.join('\n'), { mode: 0o644 })
  chmodSync(folder, 0o755)
  return settings
}

/** It refuses to run as root, as PostgreSQL does. */
function start(settings: string): ChildProcess {
  const identity = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}
  return spawn(findPgbouncer() ?? 'pgbouncer', [settings], { ...identity, stdio: ['ignore', 'ignore', 'pipe'] })
}

async function untilUp(child: ChildProcess): Promise<void> {
  let told = ''
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    told = (told + chunk).slice(-10_000)
  })
  child.on('error', (error) => {
    told += error.message
  })
  while (!told.includes('process up')) {
    if (child.pid === undefined || child.exitCode !== null) throw new Error(`PgBouncer did not start: ${told}`)
    await sleep(10)
  }
}
