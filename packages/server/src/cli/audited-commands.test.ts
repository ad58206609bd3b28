import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Command } from 'commander'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { buildProgram } from './program.ts'
import { protectOperands } from './protect-operands.ts'

// Every command, on one SQLite database, in this process: whatever changes a table that lasts must leave an event, and so must what shows a secret.

/** What comes and goes by itself, or is the log: a change of these alone is no act. */
const passingTables: readonly string[] = [
  'audit_event',
  'audit_pending',
  'audit_leaf',
  'audit_subtree',
  'audit_head',
  'feed_head',
  'feed_record',
  'feed_guard',
  'signing_key_schedule',
  'statistic',
  'import_position',
  'outdated_claims',
  'revocation_mark',
  'throttle',
  'schema_version',
]

/** Commands that nothing is to be said of, each with the reason. */
const leftOut: Readonly<Record<string, string>> = {
  dev: 'runs a server',
  migrate: 'changes the schema, whose own table says which steps were taken and when',
  serve: 'runs a server',
  secret: 'makes a secret out of nothing, and stores it nowhere',
  'setting list': 'reads no database, and masks secrets',
  explain: 'reads a token that was handed to it',
  doctor: 'asks a running server',
  'mail test': 'talks to a mail server',
  restore: 'puts another file in the place of the database; what that lost the tree and the guards tell',
  apply: 'each of its steps is an act that another command is run for; apply.test.ts tests its events',
  import: 'its file is checked as a whole: domain/transfers tests its event',
  'account reset-factors': 'ada has none; account-credentials tests its event',
  'session revoke': 'nobody signs in here; domain/revocation-acts tests its event',
  'webhook test': 'asks an address; its own test looks at its events',
  'webhook replay': 'needs a delivery that failed; its own test looks at its events',
  'account import': 'reads hashes from a file: its own test looks at its events',
}

const folder = mkdtempSync(path.join(tmpdir(), 'ostiary-audited-'))
const file = path.join(folder, 'data.db')
const before = { ...process.env }
let printed = ''

beforeAll(() => {
  Object.assign(process.env, {
    OSTIARY_DATABASE_URL: `sqlite:${file}`,
    OSTIARY_DATA_DIR: folder,
    OSTIARY_SECRET: Buffer.alloc(32, 3).toString('base64url'),
    OSTIARY_ISSUER: 'http://127.0.0.1:4999',
  })
  const keep = (chunk: unknown): boolean => {
    printed += String(chunk)
    return true
  }
  vi.spyOn(process.stdout, 'write').mockImplementation(keep)
  vi.spyOn(process.stderr, 'write').mockImplementation(keep)
})
afterAll(() => {
  vi.restoreAllMocks()
  process.env = before
  process.exitCode = 0
  rmSync(folder, { recursive: true })
})

/** A digest of each table, and how many events there are. */
function look(): { readonly tables: ReadonlyMap<string, string>; readonly events: number } {
  const database = new DatabaseSync(file, { readOnly: true })
  try {
    const names = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all() as { name: string }[]
    const tables = names
      .filter(({ name }) => !passingTables.includes(name) && !name.startsWith('sqlite_'))
      .map(({ name }) => {
        const rows = JSON.stringify(database.prepare(`SELECT * FROM ${name}`).all())
        return [name, createHash('sha256').update(rows).digest('hex')] as const
      })
    const { count } = database.prepare('SELECT count(*) AS count FROM audit_event').get() as { count: number }
    return { tables: new Map(tables), events: count }
  } finally {
    database.close()
  }
}

interface Ran {
  readonly name: string
  readonly changed: readonly string[]
  readonly events: number
}

const ran: Ran[] = []

/** Runs a command that must succeed. */
async function run(name: string, ...args: string[]): Promise<unknown> {
  const first = ran.length === 0
  const was = first ? undefined : look()
  printed = ''
  process.exitCode = 0
  await buildProgram().parseAsync(protectOperands(['node', 'ostiary', ...name.split(' '), ...args, '--json']))
  expect(process.exitCode, `${name}: ${printed}`).toBe(0)
  const is = look()
  const changed = [...is.tables]
    .filter(([table, digest]) => was && was.tables.get(table) !== digest)
    .map(([table]) => table)
  const json = parse(printed)
  ran.push({ name, changed, events: is.events - (was?.events ?? 0) })
  return json
}

/** What a command printed, where that is one JSON object. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The first text of that name, wherever it stands in what was printed. */
function find(json: unknown, name: string): string {
  if (json === null || typeof json !== 'object') return ''
  for (const [key, value] of Object.entries(json)) if (key === name && typeof value === 'string') return value
  for (const value of Object.values(json)) {
    const found = find(value, name)
    if (found !== '') return found
  }
  return ''
}

function leavesOf(command: Command, name: readonly string[] = []): string[] {
  if (command.commands.length === 0) return [name.join(' ')]
  return command.commands.flatMap((each) => leavesOf(each, [...name, each.name()]))
}

const ada = ['--username', 'ada']
const audience = 'https://api.example.com'

async function runAccounts(): Promise<void> {
  await run('account list')
  await run('account create', ...ada, '--email', 'ada@example.com', '--generate-password')
  await run('account update', ...ada, '--claim', 'name=Ada')
  await run('account email', ...ada, '--email', 'ada2@example.com')
  await run('account password', ...ada, '--generate-password')
  await run('account invite', '--email', 'grace@example.com')
  await run('account disable', ...ada)
  await run('account enable', ...ada)
  await run('account log-out', ...ada)
  await run('account delete', ...ada)
  await run('account restore', ...ada)
}

async function runApisAndClients(): Promise<void> {
  await run('api create', '--audience', audience, '--scope', 'orders:read', '--permission', 'orders:write')
  await run('api update', '--audience', audience, '--lifetime', '60')
  await run('api list')
  const grant = [
    '--grant',
    'client_credentials',
    'urn:ietf:params:oauth:grant-type:jwt-bearer',
    '--scope',
    'orders:read',
  ]
  const created = await run('client create', '--name', 'Web', '--type', 'confidential', ...grant)
  const client = ['--client-id', find(created, 'client_id') || find(created, 'id')]
  await run('client list')
  await run('client update', ...client, '--name', 'Website')
  await run('client secret', ...client)
  await run(
    'issuer trust',
    '--issuer',
    'https://ci.example.com',
    '--subject',
    'repo',
    '--jwks-uri',
    'https://ci.example.com/jwks',
    ...client,
  )
  await run('issuer list')
  await run('issuer distrust', '--issuer', 'https://ci.example.com')
  await run('client revoke', ...client)
  await run('client delete', ...client)
  await run('upstream create', '--preset', 'google', '--client-id', 'x.apps.googleusercontent.com', '--public')
  await run('upstream list')
  await run('upstream remove', 'google')
  const token = await run('registration token create')
  await run('registration token list')
  await run('registration token revoke', find(token, 'id'))
  const key = await run('api-key create', '--name', 'ci', ...ada, '--audience', audience)
  await run('api-key list', ...ada)
  await run('api-key revoke', find(key, 'id'))
}

async function runRolesAndOrganizations(): Promise<void> {
  await run('role create', '--name', 'buyer')
  await run('role create', '--name', 'editor', '--for-organizations')
  await run('role update', '--name', 'buyer', '--audience', audience, '--add-permission', 'orders:write')
  await run('role require-factor', '--name', 'buyer')
  await run('role list')
  await run('role grant', '--account', 'ada', '--role', 'buyer')
  await run('role permissions', '--account', 'ada')
  await run('role revoke', '--account', 'ada', '--role', 'buyer')
  const acme = ['--organization', find(await run('organization create', '--name', 'Acme'), 'id')]
  await run('organization list')
  await run('organization update', ...acme, '--name', 'Acme Inc')
  await run('organization member add', ...acme, ...ada)
  await run('organization member set-roles', ...acme, ...ada, '--role', 'editor')
  await run('organization member list', ...acme)
  await run('organization invite', ...acme, '--email', 'bob@example.com')
  await run('organization uninvite', find(await run('organization invitations', ...acme), 'id'))
  await run('organization member remove', ...acme, ...ada)
  await run('organization delete', ...acme, '--yes')
  await run('role delete', '--name', 'buyer')
}

async function runTheRest(): Promise<void> {
  const token = find(await run('token issue', '--account', 'ada', '--audience', audience), 'access_token')
  await run('token revoke', token)
  await run('token issue', '--account', 'ada', '--audience', audience)
  await run('session list', ...ada)
  const hook = find(await run('webhook create', '--url', 'https://example.com/hook', '--event', 'session.ended'), 'id')
  await run('webhook list')
  await run('webhook update', hook, '--description', 'For the tests')
  await run('webhook rotate-secret', hook)
  await run('webhook deliveries', hook)
  await run('webhook delete', hook)
  await run('key rotate')
  await run('key compromised', find(await run('key list'), 'kid'))
  await run('revoke everything', '--yes')
  await run('setup')
  await run('export', path.join(folder, 'export.jsonl'))
  await run('backup', path.join(folder, 'backup.db'))
  const id = find(await run('audit list'), 'id')
  await run('audit export')
  await run('audit verify')
  await run('audit proof', id)
  await run('audit checkpoint')
  await run('audit key')
  await run('api delete', '--audience', audience)
  process.env.OSTIARY_SECRET = `${Buffer.alloc(32, 5).toString('base64url')},${process.env.OSTIARY_SECRET}`
  await run('secret reseal')
}

describe('ostiary', () => {
  test('runs every command but those that are left out with a reason', async () => {
    await runAccounts()
    await runApisAndClients()
    await runRolesAndOrganizations()
    await runTheRest()
    const names = new Set(ran.map(({ name }) => name))
    const forgotten = leavesOf(buildProgram()).filter((name) => !names.has(name) && !(name in leftOut))
    expect(forgotten).toEqual([])
  })

  test('every command that changed a table that lasts has left an event', () => {
    const changing = ran.slice(1).filter(({ changed }) => changed.length > 0)
    expect(changing.length).toBeGreaterThan(40)
    const silent = changing.filter(({ events }) => events === 0).map(({ name, changed }) => `${name}: ${changed}`)
    expect(silent).toEqual([])
  })

  test('every command that shows a secret, or everything, has left an event', () => {
    const showing = [
      'account create',
      'account password',
      'account invite',
      'client create',
      'client secret',
      'token issue',
    ]
    const more = [
      'api-key create',
      'registration token create',
      'webhook create',
      'webhook rotate-secret',
      'setup',
      'export',
      'backup',
      'audit export',
      'secret reseal',
    ]
    for (const name of [...showing, ...more])
      expect(ran.find((each) => each.name === name)?.events, name).toBeGreaterThan(0)
  })
})
