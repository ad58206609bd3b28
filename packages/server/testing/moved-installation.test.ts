import { statSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { listAuditEvents } from '../src/domain/audit/list-audit-events.ts'
import { createTestDatabaseUrl } from './postgresql.ts'
import { CliFolder } from './run-cli.ts'
import { addAccount, addApi, logIn, startTestServer, type TestServer } from './test-server.ts'

const audience = 'https://api.example.com'
const password = 'a long walk along the river'

async function openSession(server: TestServer): Promise<{ access_token: string; refresh_token: string }> {
  const answer = await logIn(server, { username: 'ada', password })
  return (await answer.json()) as { access_token: string; refresh_token: string }
}

function refresh(server: TestServer, token: string): Promise<Response> {
  const body = new URLSearchParams({ grant_type: 'refresh_token', client_id: 'ostiary', refresh_token: token })
  return fetch(`${server.issuer}/token`, { method: 'POST', body })
}

async function positionOf(server: TestServer): Promise<{ fid: unknown; seq: unknown }> {
  const answer = await fetch(`${server.issuer}/revocation-feed/snapshot`)
  const text = await answer.text()
  const jws = /[\w-]+\.[\w-]+\.[\w-]+/.exec(text)?.[0] ?? ''
  const { fid, seq } = JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString())
  return { fid, seq }
}

interface Move extends Disposable {
  readonly old: TestServer
  readonly session: { access_token: string; refresh_token: string }
  /** Exports what the old server has. */
  exportIt(): Promise<void>
  /** Stops the old server, and starts one at its address on another kind of database. */
  move(): Promise<TestServer>
}

async function beginMove(): Promise<Move> {
  const old = await startTestServer()
  const { secrets, port, databaseUrl } = old.config
  const environment = { OSTIARY_SECRET: secrets[0] ?? '', OSTIARY_ISSUER: old.issuer }
  const folder = new CliFolder({ ...environment, OSTIARY_DATABASE_URL: databaseUrl })
  const file = path.join(folder.path, 'moved.jsonl')
  await addApi(old, { audience })
  await addAccount(old, 'ada', password)
  return {
    old,
    session: await openSession(old),
    async exportIt() {
      expect(await folder.run(['export', file])).toMatchObject({ exitCode: 0, stderr: '' })
      expect(statSync(file).mode & 0o777).toBe(0o600)
    },
    async move() {
      await old.stop()
      const url = await createTestDatabaseUrl()
      using stranger = new CliFolder({ ...environment, OSTIARY_DATABASE_URL: url, OSTIARY_SECRET: 'A'.repeat(43) })
      expect(await stranger.run(['import', file])).toMatchObject({ exitCode: 1, stderr: /another secret/ })
      using home = new CliFolder({ ...environment, OSTIARY_DATABASE_URL: url })
      expect(await home.run(['import', file])).toMatchObject({ exitCode: 0 })
      // The log with its tree came over: every proof still holds.
      expect(await home.run(['audit', 'verify'])).toMatchObject({ exitCode: 0 })
      return startTestServer({ databaseUrl: url, config: { secrets, port, issuer: old.issuer } })
    },
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  }
}

test('an installation that grows from SQLite to PostgreSQL: sessions, refresh tokens, passwords and the feed go on', async () => {
  using moving = await beginMove()
  const position = await positionOf(moving.old)
  await moving.exportIt()
  const moved = await moving.move()
  expect(await positionOf(moved)).toEqual(position)
  expect((await refresh(moved, moving.session.refresh_token)).status).toBe(200)
  expect((await openSession(moved)).access_token).toBeTruthy()
  const events = await listAuditEvents(moved.running.installation.database.read, { limit: 100 })
  expect(events.map(({ act }) => act)).toEqual(
    expect.arrayContaining(['account.created', 'installation.exported', 'installation.imported']),
  )
  await moved.stop()
})

test('what the old server revoked after the export is proved by any guard that heard of it: then everything is revoked', async () => {
  using moving = await beginMove()
  const other = await openSession(moving.old)
  await moving.exportIt()
  const { refresh_token: token } = moving.session
  const revoking = { method: 'POST', body: new URLSearchParams({ token, client_id: 'ostiary' }) }
  expect((await fetch(`${moving.old.issuer}/revoke`, revoking)).status).toBe(200)
  const log = await (await fetch(`${moving.old.issuer}/revocation-feed/log?after=1`)).text()
  const heartbeat = log.trim().split('\n').at(-1)
  const moved = await moving.move()
  const told = await fetch(`${moved.issuer}/revocation-feed/rewound`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ heartbeat }),
  })
  expect(told.status).toBe(204)
  for (const session of [moving.session, other]) expect((await refresh(moved, session.refresh_token)).status).toBe(400)
  await moved.stop()
})
