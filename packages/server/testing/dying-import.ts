// Imports accounts until so many batches are stored, and is gone within the next one.
import { importAccountsOf } from '../src/cli/import-accounts.ts'
import { minimumParameters } from '../src/domain/credentials/argon2-parameters.ts'
import { migrations } from '../src/domain/schema/migrations.ts'
import type { Installation } from '../src/installation.ts'
import { systemClock } from '../src/platform/clock/clock.ts'
import type { Database } from '../src/platform/database/database.ts'
import { openDatabase } from '../src/platform/database/open-database.ts'
import { createHashQueue } from '../src/platform/hash-queue/hash-queue.ts'
import { createSealer } from '../src/platform/sealing/sealing.ts'

const [file = '', batches = '1'] = process.argv.slice(2)
const { databaseUrl, secrets } = JSON.parse(process.env.DYING_CONFIG ?? '{}')
const opened = await openDatabase({ url: databaseUrl, migrations, clock: systemClock })
let writes = 0
const database: Database = {
  ...opened,
  write: (unit) =>
    opened.write(async (tx) => {
      const result = await unit(tx)
      writes += 1
      // After its rows and its report, before its commit.
      if (writes > Number(batches)) process.kill(process.pid, 'SIGKILL')
      return result
    }),
}
const installation = {
  ...{ database, clock: systemClock, sealer: createSealer(secrets), hashQueue: createHashQueue() },
  config: { passwordCost: minimumParameters },
} as unknown as Installation
await importAccountsOf(installation, file, { with: [] })
