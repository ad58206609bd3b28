import { copyFileSync, existsSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { createTestDatabaseUrl } from '../../testing/postgresql.ts'
import { CliFolder } from '../../testing/run-cli.ts'
import { addAccount, addApi, logIn, startTestServer, type TestServer } from '../../testing/test-server.ts'
import { findAccountByLoginName } from '../domain/accounts/find-account-by-login-name.ts'
import { listAuditEvents } from '../domain/audit/list-audit-events.ts'
import { randomSecret } from '../platform/random/random.ts'

const password = 'a long walk along the river'

async function openSession(server: TestServer): Promise<{ access_token: string; refresh_token: string }> {
  return (await (await logIn(server, { username: 'ada', password })).json()) as {
    access_token: string
    refresh_token: string
  }
}

function refresh(server: TestServer, token: string): Promise<Response> {
  const body = new URLSearchParams({ grant_type: 'refresh_token', client_id: 'ostiary', refresh_token: token })
  return fetch(`${server.issuer}/token`, { method: 'POST', body })
}

function folderOf({ config }: TestServer): CliFolder {
  return new CliFolder({
    OSTIARY_SECRET: config.secrets[0] ?? '',
    OSTIARY_ISSUER: config.issuer,
    OSTIARY_DATABASE_URL: config.databaseUrl,
  })
}

const feedIdOf = async (server: TestServer): Promise<string> => {
  const [line = ''] = (await (await fetch(`${server.issuer}/revocation-feed/snapshot`)).text()).split('\n')
  return JSON.parse(Buffer.from(/[\w-]+\.([\w-]+)\.[\w-]+/.exec(line)?.[1] ?? '', 'base64url').toString()).fid
}

describe('a backup of SQLite', () => {
  it('is of one moment while others write, is restored whole, and revokes what it knows nothing of', async () => {
    const databaseUrl = `sqlite:${path.join(new CliFolder().path, 'ostiary.db')}`
    const server = await startTestServer({ databaseUrl })
    using folder = folderOf(server)
    await addApi(server, { audience: 'https://api.example.com' })
    await addAccount(server, 'ada', password)
    const session = await openSession(server)
    const file = path.join(folder.path, 'backup.db')
    let writing = true
    const busy = (async () => {
      for (let number = 0; writing; number += 1) await addAccount(server, `person ${number}`, password)
      return true
    })()
    expect(await folder.run(['backup', file])).toMatchObject({ exitCode: 0, stderr: '' })
    writing = false
    await busy
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readdirSync(folder.path).filter((name) => name.startsWith('backup'))).toEqual(['backup.db'])
    const feedId = await feedIdOf(server)
    expect((await folder.run(['restore', file])).stderr).toMatch(/in use: stop the server/)
    await addAccount(server, 'after', password)
    const { config } = server
    await server.running.stop()

    using stranger = new CliFolder({ ...folder.environment, OSTIARY_SECRET: randomSecret() })
    expect((await stranger.run(['restore', file])).stderr).toMatch(/OSTIARY_SECRET is not the secret/)
    const current = databaseUrl.slice('sqlite:'.length)
    const restored = await folder.run(['restore', file, '--json'])
    expect(restored.exitCode).toBe(0)
    const { replaced } = JSON.parse(restored.stdout)
    const kept = new DatabaseSync(replaced, { readOnly: true })
    expect(kept.prepare("SELECT count(*) AS found FROM account WHERE username = 'after'").get()).toEqual({ found: 1 })
    kept.close()
    expect(readdirSync(path.dirname(current)).sort()).toEqual(['ostiary.db', 'ostiary.db.replaced-1'])

    const again = await startTestServer({ config })
    const { read } = again.running.installation.database
    expect(await findAccountByLoginName(read, 'after')).toBeUndefined()
    expect(await feedIdOf(again)).not.toBe(feedId)
    expect((await refresh(again, session.refresh_token)).status).toBe(400)
    expect((await refresh(again, (await openSession(again)).refresh_token)).status).toBe(200)
    const acts = (await listAuditEvents(read, { limit: 1000 })).map(({ act }) => act)
    expect(acts).toEqual(expect.arrayContaining(['installation.backed_up', 'installation.restored', 'feed.rewound']))
    await again.stop()
  })

  it('is restored without what a killed run, or a database that was moved away, has left in a write-ahead log', async () => {
    using folder = new CliFolder({ OSTIARY_SECRET: randomSecret() })
    const file = path.join(folder.path, 'backup.db')
    expect((await folder.run(['backup', file])).exitCode).toBe(0)
    const current = path.join(folder.path, 'data', 'ostiary.db')
    const other = path.join(folder.path, 'other.db')
    copyFileSync(file, other)
    const writer = new DatabaseSync(other)
    writer.exec("PRAGMA journal_mode = WAL; CREATE TABLE stale (x); INSERT INTO stale VALUES ('of another database')")
    renameSync(current, path.join(folder.path, 'moved.db'))
    for (const name of [current, `${current}.restoring`]) copyFileSync(`${other}-wal`, `${name}-wal`)
    writer.close()
    expect(await folder.run(['restore', file])).toMatchObject({ exitCode: 0 })
    const restored = new DatabaseSync(current, { readOnly: true })
    expect(restored.prepare("SELECT name FROM sqlite_schema WHERE name = 'stale'").get()).toBeUndefined()
    expect(restored.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' })
    restored.close()
  })

  it('never stands half under its name, nor in the place of another file', async () => {
    using folder = new CliFolder({ OSTIARY_SECRET: randomSecret() })
    const there = path.join(folder.path, 'there.db')
    writeFileSync(there, 'something')
    expect(await folder.run(['backup', there])).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/there already/),
    })
    expect(readFileSync(there, 'utf8')).toBe('something')
    const nowhere = path.join(folder.path, 'no folder', 'backup.db')
    expect(await folder.run(['backup', nowhere])).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/can't be made/),
    })
    expect(await backupsOf(folder)).toEqual([])
    const file = path.join(folder.path, 'backup.db')
    writeFileSync(`${file}.partial`, 'of a run that was killed')
    expect((await folder.run(['backup', file])).exitCode).toBe(0)
    expect(existsSync(`${file}.partial`)).toBe(false)
    expect(await backupsOf(folder)).toEqual(['done'])
  })

  it('that failed in the middle is in the audit log as one that is not there', async () => {
    using folder = new CliFolder({ OSTIARY_SECRET: randomSecret() })
    expect((await folder.run(['client', 'list'])).exitCode).toBe(0)
    const current = path.join(folder.path, 'data', 'ostiary.db')
    const database = new DatabaseSync(current)
    database.exec('CREATE TABLE spoilt (x TEXT)')
    const { rootpage } = database.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'spoilt'").get() as {
      rootpage: number
    }
    database.close()
    const bytes = readFileSync(current)
    writeFileSync(current, bytes.fill(0xa5, (rootpage - 1) * 4096, rootpage * 4096))
    expect(await folder.run(['backup', 'x.db'])).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/damaged|malformed/),
    })
    expect(existsSync(path.join(folder.path, 'x.db'))).toBe(false)
    expect(await backupsOf(folder)).toEqual(['refused', 'done'])
  })

  it.each<[string, (file: string) => void, RegExp]>([
    ['no database', (file) => writeFileSync(file, 'text'.repeat(1000)), /not a SQLite database/],
    ['empty', (file) => writeFileSync(file, ''), /not made by this program/],
    ['cut off', (file) => writeFileSync(file, readFileSync(file).subarray(0, -20_000)), /damaged/],
    ['changed within', (file) => writeFileSync(file, spoil(readFileSync(file))), /damaged/],
    [
      'of another program',
      (file) => new DatabaseSync(`${file}.other`).exec('CREATE TABLE x (y)'),
      /not made by this program/,
    ],
  ])('that is %s is not restored, and the database stays', async (what, harm, sentence) => {
    using folder = new CliFolder({ OSTIARY_SECRET: randomSecret() })
    const file = path.join(folder.path, 'backup.db')
    expect((await folder.run(['backup', file])).exitCode).toBe(0)
    harm(file)
    if (what === 'of another program') copyFileSync(`${file}.other`, file)
    const current = path.join(folder.path, 'data', 'ostiary.db')
    const before = readFileSync(current)
    expect(await folder.run(['restore', file])).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(sentence) })
    expect(readFileSync(current).equals(before)).toBe(true)
    expect(readdirSync(path.dirname(current))).toEqual(['ostiary.db'])
  })
})

it('PostgreSQL is backed up by its own tools, and the command says which', async () => {
  using folder = new CliFolder({ OSTIARY_SECRET: randomSecret(), OSTIARY_DATABASE_URL: await createTestDatabaseUrl() })
  for (const command of ['backup', 'restore'])
    expect(await folder.run([command, 'x.db'])).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/pg_(dump|restore)/),
    })
})

/** How they ended, as the audit log has it, the latest first. */
async function backupsOf(folder: CliFolder): Promise<readonly string[]> {
  const { stdout } = await folder.run(['audit', 'list', '--act', 'installation.backed_up', '--json'])
  return JSON.parse(stdout).events.map((event: { public: { outcome: string } }) => event.public.outcome)
}

/** Overwrites pages in the middle, where rows and indexes stand. */
function spoil(bytes: Buffer): Buffer {
  const spoilt = Buffer.from(bytes)
  for (let at = 3 * 4096; at < spoilt.length; at += 4096) spoilt.fill(0xa5, at, at + 200)
  return spoilt
}
