import { writeSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { systemClock } from '../src/platform/clock/clock.ts'
import { openDatabase } from '../src/platform/database/open-database.ts'
import { releases } from './releases.ts'

/*
 * An instance of a release, as a process of its own: `release-child.ts <url> <1|2|3> [<prefix>]`. It opens the database, says each step that it
 * took and "opened", and then writes notes and reads them, its own and those of others, and says each that was acknowledged, until SIGTERM comes.
 */

const [url = '', number = '1', prefix] = process.argv.slice(2)
const release = releases[Number(number) - 1] ?? releases[0]
const standardOutput = 1
const say = (line: string) => void writeSync(standardOutput, `${line}\n`)

let isAsked = false
process.once('SIGTERM', () => {
  isAsked = true
})

const database = await openDatabase({
  url,
  migrations: release.migrations,
  clock: systemClock,
  migrationObserver: { taken: ({ version }) => say(`took ${version}`) },
})
// As a server does: so it is known to run.
database.onAnnounced('note', () => {})
say('opened')
for (let count = 0; prefix !== undefined && !isAsked; count++) {
  const id = `${prefix}.${count}`
  await release.write(database, id, `words of ${id}`)
  say(id)
  for (const read of [id, 'seed.0']) {
    const words = await release.read(database, read)
    if (words !== `words of ${read}`) throw new Error(`Release ${number} reads ${words} in ${read}.`)
  }
  // SQLite's lock is not fair: who writes without a pause keeps others out.
  await sleep(2)
}
await database.close()
