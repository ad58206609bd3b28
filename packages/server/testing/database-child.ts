import { writeSync } from 'node:fs'
import { systemClock } from '../src/platform/clock/clock.ts'
import type { Database } from '../src/platform/database/database.ts'
import { openDatabase } from '../src/platform/database/open-database.ts'
import { tables, testMigrations } from './database-schema.ts'

/*
 * A process of its own, to be killed: `database-child.ts <url> <prefix>` opens the database, says "opened", and writes
 * entries from many writers at once, saying each id as soon as its write was acknowledged. With no prefix it only opens.
 */

const writers = 32
const standardOutput = 1

function say(line: string): void {
  writeSync(standardOutput, `${line}\n`)
}

async function writeUntilRefused(database: Database, prefix: string): Promise<void> {
  for (let number = 0; ; number++) {
    const unit = `${prefix}.${number}`
    try {
      await database.write(async (tx) => {
        await tables(tx.sql)
          .insertInto('entry')
          .values({ id: `${unit}.a`, unit, at: tx.now })
          .execute()
        await tables(tx.sql)
          .insertInto('entry')
          .values({ id: `${unit}.b`, unit, at: tx.now })
          .execute()
      })
    } catch {
      return
    }
    say(unit)
  }
}

const [url, prefix] = process.argv.slice(2)
if (url === undefined) throw new Error('The first argument must be the URL of a database.')
const database = await openDatabase({ url, migrations: testMigrations, clock: systemClock })
say('opened')
if (prefix !== undefined) {
  await Promise.all(Array.from({ length: writers }, (_, writer) => writeUntilRefused(database, `${prefix}.${writer}`)))
}
await database.close()
