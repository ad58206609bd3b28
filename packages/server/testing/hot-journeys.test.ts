import { readFileSync, writeFileSync } from 'node:fs'
import { CompiledQuery, PostgresQueryCompiler, SqliteQueryCompiler } from 'kysely'
import { Client } from 'pg'
import { beforeAll, describe, expect, test } from 'vitest'
import { migrations } from '../src/domain/schema/migrations.ts'
import { databaseUnderTest } from './database.ts'
import { type HotJourney, takeHotJourneys } from './hot-journeys.ts'
import { locateStatement, type TableAccess } from './locate-statement.ts'

const page = new URL('../../../docs/guide/sharding.md', import.meta.url)
const [begin, end] = ['<!-- tested: statements by node -->\n', '<!-- end: statements by node -->']

describe('hot journeys', () => {
  const { open } = databaseUnderTest('sqlite')
  const postgresql = databaseUnderTest('postgresql')
  let journeys: readonly HotJourney[]
  beforeAll(async () => {
    journeys = await takeHotJourneys({})
  })

  test('ask for every row by an index: none reads a whole table that grows', async () => {
    const { read } = await open({ migrations })
    const scans = new Set<string>()
    for (const { statements } of journeys)
      for (const node of statements) {
        const { sql, parameters } = new SqliteQueryCompiler().compileQuery(node, { queryId: 'explained' })
        const explained = CompiledQuery.raw(
          `EXPLAIN QUERY PLAN ${sql}`,
          parameters.map(() => null),
        )
        const { rows } = await read.executeQuery<{ detail: string }>(explained)
        for (const { detail } of rows) if (/^SCAN \w/.test(detail)) scans.add(detail)
      }
    expect([...scans].filter((scan) => !smallTables.includes(scan))).toEqual([])
    expect(scans.size).toBeGreaterThan(0)
  })

  test('can ask for every row by an index on PostgreSQL, too: where two columns are compared, both sort alike', async () => {
    const client = new Client({ connectionString: await postgresql.createUrl() })
    await client.connect()
    try {
      // An empty table is read whole; so is one that has no index that fits.
      await client.query('SET enable_seqscan = off')
      const scans = await findWholeReads(client, new Set(journeys.flatMap(compileForPostgresql)))
      expect(scans.filter((scan) => !smallTables.includes(scan))).toEqual([])
      expect(scans.length).toBeGreaterThan(0)
    } finally {
      await client.end()
    }
  })

  test('refresh and introspection ask one node for what is spread, and the nearest for the rest', () => {
    const accesses = journeys.filter(({ name }) => name === 'refresh' || name === 'introspection').flatMap(listAccesses)
    expect(accesses.length).toBeGreaterThan(0)
    expect(accesses.filter(({ nodes }) => nodes === 'all' || nodes === 'some')).toEqual([])
  })

  test('ask what docs/guide/sharding.md says of each node', () => {
    const text = readFileSync(page, 'utf8')
    const [before = '', rest = ''] = text.split(begin)
    const [section, after = ''] = rest.split(end)
    const rendered = renderJourneys(journeys)
    if (process.env.WRITE_DOCUMENTS === '1') writeFileSync(page, before + begin + rendered + end + after)
    else expect(section, 'WRITE_DOCUMENTS=1 npx vitest run hot-journeys writes it').toBe(rendered)
  })
})

/** What operators make, or one row. */
const smallTables: readonly string[] = [
  'SCAN 3-ROW VALUES CLAUSE',
  'SCAN api',
  'SCAN catalogue',
  'SCAN feed_head',
  'SCAN outlived_lifetime',
  'SCAN upstream',
]

function compileForPostgresql({ statements }: HotJourney): readonly string[] {
  return statements.map((node) => new PostgresQueryCompiler().compileQuery(node, { queryId: 'explained' }).sql)
}

async function findWholeReads(client: Client, statements: Iterable<string>): Promise<readonly string[]> {
  const tables = new Set<string>()
  for (const statement of statements) {
    const explained = await client.query<Record<'QUERY PLAN', readonly { readonly Plan: PlanNode }[]>>(
      `EXPLAIN (GENERIC_PLAN, FORMAT JSON) ${statement}`,
    )
    const plans = explained.rows.flatMap((row) => row['QUERY PLAN'])
    for (const table of plans.flatMap(({ Plan }) => listWholeReads(Plan))) tables.add(table)
  }
  return [...tables].map((table) => `SCAN ${table}`)
}

/** A step of PostgreSQL's plan, by the names that it gives. */
interface PlanNode {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly 'Index Name'?: string
  readonly 'Index Cond'?: string
  readonly Plans?: readonly PlanNode[]
}

/** The tables that are read from one end to the other: as they are, or in the order of an index. */
function listWholeReads(node: PlanNode): readonly string[] {
  const { 'Node Type': type, 'Relation Name': table, 'Index Name': index, 'Index Cond': condition, Plans = [] } = node
  const isWhole = type === 'Seq Scan' || (/^(Bitmap )?Index/.test(type) && condition === undefined)
  return [...(isWhole ? [table ?? `by ${index}`] : []), ...Plans.flatMap(listWholeReads)]
}

function listAccesses({ statements }: HotJourney): readonly TableAccess[] {
  return statements.flatMap(locateStatement)
}

function renderJourneys(all: readonly HotJourney[]): string {
  const lines = all.map((journey) => {
    const accesses = listAccesses(journey)
    const list = (nodes: TableAccess['nodes']) => {
      const own = accesses.filter((access) => access.nodes === nodes)
      return [...new Set(own.map(({ verb, table }) => `${verb.toLowerCase()} \`${table}\``))].join(', ') || '–'
    }
    return `| ${journey.name} | ${list('one')} | ${list('some')} | ${list('all')} |`
  })
  return ['| | one node | some nodes | all nodes |', '|---|---|---|---|', ...lines, ''].join('\n')
}
