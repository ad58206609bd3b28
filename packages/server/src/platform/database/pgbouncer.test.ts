import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { CompiledQuery } from 'kysely'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { listEntryIds, tables, testMigrations, writeEntry } from '../../../testing/database-schema.ts'
import { createTestDatabaseUrl } from '../../../testing/postgresql.ts'
import { findFreePort } from '../../../testing/test-server.ts'
import { systemClock } from '../clock/clock.ts'
import type { Database } from './database.ts'
import { openDatabase } from './open-database.ts'

/** Undefined where there is no PgBouncer: then what follows is skipped, and shown so. */
const program = findProgram()

describe.skipIf(program === undefined)('behind a PgBouncer that pools by transaction', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'ostiary-pgbouncer-'))
  let bouncer: ChildProcess
  let url: URL
  beforeAll(async () => {
    const target = new URL(await createTestDatabaseUrl({ isEmpty: true }))
    url = new URL(target)
    url.port = String(await findFreePort())
    bouncer = await startPgbouncer(folder, target, url)
  })
  afterAll(async () => {
    const gone = once(bouncer, 'exit')
    bouncer.kill('SIGKILL')
    await gone
    rmSync(folder, { recursive: true })
  })

  test('a database URL that does not say so is refused with the parameter that does', async () => {
    const opening = openDatabase({ url: url.href, migrations: testMigrations, clock: systemClock })
    await expect(opening).rejects.toMatchObject({ code: 'pooler_refuses' })
    await expect(opening).rejects.toThrow('pooler=transaction')
  })

  test('units and reads of two instances go through two connections of the server, time and again', async () => {
    const [one, two] = [await open(), await open()]
    await one.write(async (tx) => {
      await tables(tx.sql).insertInto('counter').values({ id: 'a', value: 0 }).execute()
    })
    const worker = async (worker: number) => {
      const [here, there] = worker % 2 === 0 ? [one, two] : [two, one]
      for (let round = 0; round < 10; round++) {
        await writeEntry(here, `${worker}.${round}`)
        await listEntryIds(there)
        await there.write(async (tx) => {
          const update = tables(tx.sql)
            .updateTable('counter')
            .set(({ eb }) => ({ value: eb('value', '+', 1) }))
          await update.where('id', '=', 'a').execute()
        })
      }
    }
    await Promise.all(Array.from({ length: 8 }, (_, index) => worker(index)))
    expect(await listEntryIds(one)).toHaveLength(80)
    const [counter] = await tables(two.read).selectFrom('counter').selectAll().execute()
    expect(counter).toEqual({ id: 'a', value: 80 })
  })

  test('a transaction has our time-outs, and leaves them behind with its end', async () => {
    const database = await open()
    const waiting = database.write(async (tx) => {
      await tables(tx.sql).selectFrom('counter').selectAll().execute()
      const { rows } = await tx.sql.executeQuery(show)
      return rows
    })
    expect(await waiting).toEqual([{ statement_timeout: '10s', lock_timeout: '4s' }])
    expect((await database.read.executeQuery(show)).rows).toEqual([{ statement_timeout: '0', lock_timeout: '0' }])
  })

  async function open(): Promise<Database> {
    const there = new URL(url)
    there.searchParams.set('pooler', 'transaction')
    const database = await openDatabase({ url: there.href, migrations: testMigrations, clock: systemClock })
    onTestFinished(() => database.close())
    return database
  }
})

const show = CompiledQuery.raw(
  "SELECT current_setting('statement_timeout') AS statement_timeout, current_setting('lock_timeout') AS lock_timeout",
)

function findProgram(): string | undefined {
  try {
    return execFileSync('/bin/sh', ['-c', 'PATH=$PATH:/usr/sbin command -v pgbouncer']).toString().trim()
  } catch {
    return undefined
  }
}

/** It refuses to run as root, as PostgreSQL does. */
async function startPgbouncer(folder: string, target: URL, url: URL): Promise<ChildProcess> {
  const [settings, users] = [path.join(folder, 'pgbouncer.ini'), path.join(folder, 'users.txt')]
  writeFileSync(users, `"${target.username}" "${target.password}"\n`, { mode: 0o644 })
  const lines = [
    '[databases]',
    `* = host=${target.hostname} port=${target.port}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${url.port}`,
    'unix_socket_dir =',
    'auth_type = plain',
    `auth_file = ${users}`,
    'pool_mode = transaction',
    'default_pool_size = 2',
  ]
  writeFileSync(settings, lines.join('\n'), { mode: 0o644 })
  chmodSync(folder, 0o755)
  const identity = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}
  const child = spawn(program ?? '', [settings], { ...identity, stdio: ['ignore', 'ignore', 'pipe'] })
  let told = ''
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    told += chunk
  })
  while (!told.includes('process up')) {
    if (child.exitCode !== null) throw new Error(`pgbouncer ended with ${child.exitCode}: ${told}`)
    await sleep(10)
  }
  return child
}
