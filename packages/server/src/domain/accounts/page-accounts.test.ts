import { beforeEach, expect, test } from 'vitest'
import { forEachDatabase } from '../../../testing/database.ts'
import type { Database, Queries } from '../../platform/database/database.ts'
import { migrations } from '../schema/migrations.ts'
import { createAccount } from './create-account.ts'
import { disableAccount } from './disable-account.ts'
import { type AccountSearch, pageAccounts } from './page-accounts.ts'
import { parseEmail } from './parse-email.ts'
import { parseUsername } from './parse-username.ts'

forEachDatabase('pages of accounts', ({ open, dialect }) => {
  let database: Database
  let now = 1_000

  beforeEach(async () => {
    database = await open({ migrations, clock: { now: () => now } })
  })

  async function add(name: string, { email, roles = [] }: { email?: string; roles?: string[] } = {}): Promise<string> {
    const username = parseUsername(name)
    const address = email === undefined ? undefined : parseEmail(email)
    if (!username.ok || address?.ok === false) throw new Error(name)
    const created = await database.write((tx) =>
      createAccount(tx, { username: username.username, email: address?.email, roles, actor: 'cli' }),
    )
    if (!created.ok) throw new Error(created.reason)
    return created.account.id
  }

  /** All pages, one after the other. */
  async function readAll(search: Omit<AccountSearch, 'after'>): Promise<string[]> {
    const names: string[] = []
    let after: readonly string[] | undefined
    do {
      const page = await pageAccounts(database.read, { ...search, after })
      expect(page.accounts.length).toBeLessThanOrEqual(search.limit)
      names.push(...page.accounts.map(({ username }) => username))
      after = page.next
    } while (after !== undefined)
    return names
  }

  test('by what a name or an address begins with: in canonical form, by that name, each account once', async () => {
    await add('Ada', { email: 'ada@example.com' })
    await add('adam')
    await add('bob', { email: 'adalbert@example.com' })
    await add('ädam')
    await add('a%a')
    await add('A_a')
    expect(await readAll({ prefix: 'ADA', limit: 2 })).toEqual(['Ada', 'bob', 'adam'])
    expect(await readAll({ prefix: 'a%', limit: 5 })).toEqual(['a%a'])
    expect(await readAll({ prefix: 'a_', limit: 5 })).toEqual(['A_a'])
    expect(await readAll({ prefix: '\u00e4', limit: 5 })).toEqual(['ädam'])
    expect(await readAll({ prefix: 'ada@example.com', limit: 5 })).toEqual(['Ada'])
    expect(await readAll({ prefix: 'nobody', limit: 5 })).toEqual([])
    expect(await readAll({ prefix: '\u{10ffff}', limit: 5 })).toEqual([])
  })

  test('by what the id begins with, and by a name that looks like an id where there is none', async () => {
    const id = await add('eve')
    await add('acc_smith')
    expect(await readAll({ prefix: id, limit: 5 })).toEqual(['eve'])
    expect(await readAll({ prefix: id.slice(0, 12), limit: 5 })).toEqual(['eve'])
    expect(await readAll({ prefix: 'acc_smi', limit: 5 })).toEqual(['acc_smith'])
  })

  test('the latest first, each once, though others come meanwhile and many came at one moment', async () => {
    for (const name of ['a1', 'a2', 'a3', 'a4', 'a5']) await add(name)
    now += 1
    await add('later')
    const first = await pageAccounts(database.read, { limit: 3 })
    await add('meanwhile')
    const second = await pageAccounts(database.read, { limit: 3, after: first.next })
    const names = [...first.accounts, ...second.accounts].map(({ username }) => username)
    expect(names[0]).toBe('later')
    expect([...names].sort()).toEqual(['a1', 'a2', 'a3', 'a4', 'a5', 'later'])
    expect(second.next).toBeUndefined()
  })

  test('by state and by role, and by both with a prefix', async () => {
    const gone = await add('ann', { roles: ['admin'] })
    await add('anna', { roles: ['admin'] })
    await add('bert')
    await database.write((tx) => disableAccount(tx, gone, 'cli'))
    expect(await readAll({ state: 'disabled', limit: 1 })).toEqual(['ann'])
    expect((await readAll({ state: 'active', limit: 1 })).sort()).toEqual(['anna', 'bert'])
    expect((await readAll({ role: 'admin', limit: 1 })).sort()).toEqual(['ann', 'anna'])
    expect(await readAll({ prefix: 'an', role: 'admin', state: 'active', limit: 1 })).toEqual(['anna'])
    expect(await readAll({ role: 'admin', state: 'disabled', limit: 5 })).toEqual(['ann'])
    expect(await readAll({ prefix: 'b', role: 'admin', limit: 5 })).toEqual([])
  })

  test('each is a look-up in an index among 20,000 accounts: no plan reads a table through', async () => {
    await addMany(database, 20_000)
    const searches: Readonly<Record<string, Partial<AccountSearch>>> = {
      'a prefix of a name': { prefix: 'user12' },
      'a prefix of an id': { prefix: 'acc_12' },
      'a role': { role: 'admin' },
      'the latest': {},
      'a state': { state: 'disabled' },
      'a prefix and a role': { prefix: 'user12', role: 'admin' },
    }
    for (const [what, search] of Object.entries(searches)) {
      const plans = await explain(database, dialect, (sql) => pageAccounts(sql, { ...search, limit: 20 }))
      expect([what, plans.length > 0]).toEqual([what, true])
      expect([what, plans.filter((line) => /Seq Scan|\bSCAN\b(?!.*INDEX)|TEMP B-TREE/.test(line))]).toEqual([what, []])
    }
  })
})

type BareTables = {
  account: { id: string; username: string; created_at: number }
  account_identifier: { value: string; account_id: string }
}

/** As an import would, without what creating one takes. */
async function addMany(database: Database, count: number): Promise<void> {
  for (let first = 0; first < count; first += 1000) {
    const numbers = Array.from({ length: 1000 }, (_, index) => first + index)
    await database.write(async (tx) => {
      const tables = tx.sql.withTables<BareTables>()
      const accounts = numbers.map((number) => ({ id: `acc_${number}`, username: `user${number}`, created_at: number }))
      await tables.insertInto('account').values(accounts).execute()
      const names = numbers.map((number) => ({ value: `user${number}`, account_id: `acc_${number}` }))
      await tables.insertInto('account_identifier').values(names).execute()
    })
  }
}

/** The plans of what the act reads: each of its queries is explained in place of being run, and finds nothing. */
async function explain(
  { read }: Database,
  dialect: Database['dialect'],
  act: (sql: Queries) => Promise<unknown>,
): Promise<string[]> {
  const lines: string[] = []
  const options = { kind: 'RawNode', sqlFragments: ['query plan'], parameters: [] }
  const explained = { kind: 'ExplainNode', ...(dialect === 'sqlite' && { options }) }
  const watched = read.withPlugin({
    transformQuery: ({ node }) => ({ ...node, explain: explained }) as typeof node,
    async transformResult({ result }) {
      lines.push(...result.rows.map((row) => String(row['QUERY PLAN'] ?? row.detail)))
      return { rows: [] }
    },
  })
  await act(watched)
  return lines
}
