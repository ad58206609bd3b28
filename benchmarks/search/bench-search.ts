import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { gatherStatistics, startPostgresqlCluster } from '../../packages/server/testing/postgresql-cluster.ts'
import { type Findings, keepResult } from '../document/result.ts'
import { describeRatio, median, medianRatio, percentile } from '../measuring/median.ts'
import { renderAccounts } from '../server/render-accounts.ts'
import { commandLine, type Installation, makeInstallation, startOstiary } from '../server/start-ostiary.ts'

const FEW = 1_000

/** What somebody types, and the ways through a list, each one request. `{n}` is another account each time. */
const searches: readonly (readonly [name: string, query: string])[] = [
  ['the first page', 'limit=50'],
  ['`u`: everybody matches', 'q=u&limit=20'],
  ['`user-7`: many match', 'q=user-7&limit=20'],
  ['a user name, whole', 'q=user-{n}&limit=20'],
  ['an address, whole', 'q=USER-{n}%40example.com&limit=20'],
  ['`nobody-…`: none matches', 'q=nobody-{n}&limit=20'],
]

const notes: readonly string[] = [
  '`GET /admin/api/v1/accounts`, one request at a time over one connection, few and many accounts in turn within a round. Each request is authenticated as any other: the signature of its token, and the database’s word on it.',
  'Accounts were made by `ostiary import`; the servers run with what they ship with, and had appended the events of the import to the tree of the audit log. PostgreSQL had its statistics (`ANALYZE`, which it does by itself within a minute or two of an import).',
]

/** A server with so many accounts, and who may search among them. */
interface Place {
  readonly installation: Installation
  readonly stop: () => Promise<void>
  search(query: string): Promise<number>
}

await keepResult('search', async (isQuick): Promise<Findings> => {
  const many = Number(process.env.BENCH_ACCOUNTS ?? (isQuick ? 20_000 : 1_000_000))
  const rounds = isQuick ? 20 : 200
  const cluster = await startPostgresqlCluster({ durable: true })
  const places: Place[] = []
  try {
    const found = []
    for (const database of ['SQLite', 'PostgreSQL']) {
      const pair: Place[] = []
      for (const accounts of [FEW, many]) {
        console.log(`search: ${accounts.toLocaleString('en')} accounts, ${database}…`)
        pair.push(await makePlace(accounts, database === 'SQLite' ? undefined : await cluster.createDatabase()))
        places.push(...pair.slice(-1))
      }
      found.push(...(await measure(database, pair, rounds)))
    }
    return describe(found, many)
  } finally {
    for (const { stop, installation } of places) {
      await stop()
      installation.remove()
    }
    await cluster.stop()
  }
})

async function makePlace(accounts: number, databaseUrl?: string): Promise<Place> {
  const installation = await makeInstallation({ accounts: 1, ...(databaseUrl !== undefined && { databaseUrl }) })
  installation.run(['role', 'create', '--name', 'editor'])
  const file = path.join(String(installation.environment.OSTIARY_DATA_DIR), 'accounts.jsonl')
  await pipeline(Readable.from(renderAccounts(accounts)), createWriteStream(file))
  const { environment } = installation
  const child = spawn(process.execPath, [commandLine, 'import', file], { env: environment, stdio: 'ignore' })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`ostiary import ended with ${code}`)
  if (databaseUrl !== undefined) await gatherStatistics(databaseUrl)
  const kind = ['--type', 'confidential', '--grant', 'client_credentials', '--scope', 'accounts:read']
  const client = JSON.parse(installation.run(['client', 'create', '--name', 'Search', ...kind, '--json']))
  const server = await startOstiary(installation)
  await untilTreeHas(installation, accounts)
  const token = await keepToken(installation, client)
  return {
    installation,
    stop: () => server.stop(),
    async search(query) {
      const headers = { authorization: `Bearer ${await token()}` }
      const start = performance.now()
      const answer = await fetch(`${installation.url}/admin/api/v1/accounts?${query}`, { headers })
      const body = (await answer.json()) as { readonly items?: readonly object[] }
      const milliseconds = performance.now() - start
      const isAsExpected = answer.status === 200 && (body.items?.length === 0) === query.startsWith('q=nobody')
      if (!isAsExpected) throw new Error(`${query}: ${answer.status} ${JSON.stringify(body).slice(0, 200)}`)
      return milliseconds
    },
  }
}

/** An import leaves an event of each account, which the server goes on to append to the tree of its audit log. */
async function untilTreeHas({ url }: Installation, events: number): Promise<void> {
  for (;;) {
    const checkpoint = await (await fetch(`${url}/audit/checkpoint`)).text()
    if (Number(checkpoint.split('\n')[1]) >= events) return
    await sleep(500)
  }
}

/** A token of the Admin API, taken anew before it is over. */
async function keepToken(
  { url }: Installation,
  client: { readonly client_id: string; readonly client_secret: string },
): Promise<() => Promise<string>> {
  let [token, freshUntil] = ['', 0]
  return async () => {
    if (performance.now() < freshUntil) return token
    const basic = Buffer.from(`${client.client_id}:${client.client_secret}`).toString('base64')
    const form = new URLSearchParams({ grant_type: 'client_credentials', resource: 'urn:ostiary:admin' })
    const answer = await fetch(`${url}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${basic}` },
      body: form,
    })
    const { access_token, expires_in } = (await answer.json()) as { access_token: string; expires_in: number }
    ;[token, freshUntil] = [access_token, performance.now() + (expires_in - 30) * 1000]
    return token
  }
}

interface Found {
  readonly name: string
  readonly few: readonly number[]
  readonly many: readonly number[]
}

async function measure(database: string, [few, many]: readonly Place[], rounds: number): Promise<Found[]> {
  if (few === undefined || many === undefined) throw new Error('two places are compared')
  const found = searches.map(([name]) => ({ name: `${database}: ${name}`, few: [] as number[], many: [] as number[] }))
  for (let round = -5; round < rounds; round++) {
    for (const [index, [, query]] of searches.entries()) {
      const wanted = query.replace('{n}', String((round + 5) % FEW))
      const times = [await few.search(wanted), await many.search(wanted)] as const
      if (round < 0) continue
      found[index]?.few.push(times[0])
      found[index]?.many.push(times[1])
    }
  }
  return found
}

function describe(found: readonly Found[], many: number): Findings {
  const worst = Math.max(...found.map((one) => medianRatio(one.many, one.few)))
  const count = many.toLocaleString('en')
  return {
    title: `Search among ${count} accounts`,
    marks: [
      {
        of: `search among ${count} accounts`,
        mark: `≤ 1.2 × the time among ${FEW.toLocaleString('en')}`,
        measured: `${worst.toFixed(2)} × at most`,
        isMet: worst <= 1.2,
      },
    ],
    tables: [
      {
        caption: 'Milliseconds for one answer of the Admin API',
        columns: ['', `${FEW.toLocaleString('en')}: p50`, `${count}: p50`, `${count}: p99`, 'ratio'],
        rows: found.map((one) => [
          one.name,
          median(one.few).toFixed(1),
          median(one.many).toFixed(1),
          percentile(one.many, 0.99).toFixed(1),
          describeRatio(one.many, one.few),
        ]),
      },
    ],
    notes,
    figures: found,
  }
}
