import { purgeAccount } from '../src/domain/personal-data/purge-accounts.ts'
import { migrations } from '../src/domain/schema/migrations.ts'
import { systemClock } from '../src/platform/clock/clock.ts'
import type { Database } from '../src/platform/database/database.ts'
import { openDatabase } from '../src/platform/database/open-database.ts'

/*
 * A process of its own: `dying-purge.ts <database URL> <account> <steps>` purges an account, and is killed when so many of its steps are durable.
 */

const [, , url = '', accountId = '', steps = ''] = process.argv
const database = await openDatabase({ url, migrations, clock: systemClock })
let left = Number(steps)
const dying: Pick<Database, 'write'> = {
  async write(unit) {
    const result = await database.write(unit)
    left -= 1
    if (left === 0) process.kill(process.pid, 'SIGKILL')
    return result
  },
}
await purgeAccount(dying, accountId)
