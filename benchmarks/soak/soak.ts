// `npm run soak [-- --minutes N] [--database postgresql] [--slowness N] [--quick] [--render]`: a mixed load on a real server, and what it holds meanwhile.
import { startPostgresqlCluster } from '../../packages/server/testing/postgresql-cluster.ts'
import { failUsage, parseArguments } from '../../scripts/parse-arguments.ts'
import { makeInstallation } from '../server/start-ostiary.ts'
import { judgeLoad, strict } from './judge-load.ts'
import { keepSoak, writeSoakDocument } from './render-soak.ts'
import { runLoad } from './run-load.ts'

const PEOPLE = 8
const WINDOWS = 60
const QUICK_WINDOWS = 12

const usage = `npm run soak [-- --minutes N] [-- --database postgresql] [-- --slowness N] [-- --quick] [-- --render]

A mixed load on a real server, and what it holds meanwhile; writes docs/soak.md.

  --minutes N   how long; 30 unless you say otherwise
  --database D  sqlite, unless you say postgresql, which is one of its own
  --slowness N  acts so many times less often
  --quick       a minute, to see that it runs; nothing is written
  --render      writes the page anew from benchmarks/soak/results`
const { values } = parseArguments(usage, {
  options: {
    minutes: { type: 'string', default: '30' },
    database: { type: 'string', default: 'sqlite' },
    slowness: { type: 'string', default: '1' },
    quick: { type: 'boolean', default: false },
    render: { type: 'boolean', default: false },
  },
})
if (values.render) writeSoakDocument()
else process.exitCode = (await soak()) ? 0 : 1

async function soak(): Promise<boolean> {
  const minutes = values.quick ? 1 : Number(values.minutes)
  const database = (['sqlite', 'postgresql'] as const).find((known) => known === values.database)
  if (database === undefined) failUsage('--database is sqlite or postgresql.', usage)
  const slowness = Number(values.slowness)
  if (!(minutes > 0 && slowness > 0)) failUsage('--minutes and --slowness take numbers above 0.', usage)
  const cluster = database === 'postgresql' ? await startPostgresqlCluster({ durable: true }) : undefined
  const databaseUrl = await cluster?.createDatabase()
  const installation = await makeInstallation({ accounts: PEOPLE, ...(databaseUrl !== undefined && { databaseUrl }) })
  try {
    const measuredAt = new Date().toISOString()
    console.log(`soak: ${minutes} minutes on ${database}…`)
    const report = await runLoad(installation, {
      milliseconds: minutes * 60_000,
      windows: values.quick ? QUICK_WINDOWS : WINDOWS,
      slowness,
      ...(databaseUrl !== undefined && { databaseUrl }),
      tell: (sample) => console.log(JSON.stringify(sample)),
    })
    const verdicts = judgeLoad(report, strict)
    for (const { of, measured, isMet } of verdicts) console.log(`${isMet ? 'met    ' : 'NOT MET'} ${of}: ${measured}`)
    // A short run is a look: it proves nothing, so it is not kept.
    if (values.quick) return verdicts.every(({ isMet }) => isMet)
    keepSoak(database, { measuredAt, minutes, slowness, verdicts, ...report })
    writeSoakDocument()
    return verdicts.every(({ isMet }) => isMet)
  } finally {
    installation.remove()
    await cluster?.stop()
  }
}
