import type { Command } from 'commander'
import { loadConfig } from '../config.ts'
import { migrations } from '../domain/schema/migrations.ts'
import { systemClock } from '../platform/clock/clock.ts'
import { inspectSchema } from '../platform/database/inspect-schema.ts'
import type { Migration } from '../platform/database/migration.ts'
import { openDatabase } from '../platform/database/open-database.ts'
import { createCommand, type Report, runCommand } from './command.ts'

interface MigrateCommandOptions {
  readonly json?: boolean
  readonly contract?: boolean
}

export function migrateCommand(): Command {
  return createCommand(
    'migrate',
    'Bring the schema of the database up to date without starting a server, as each start does by itself. Steps that end support for older releases wait for --contract.',
    'ostiary migrate --contract',
  )
    .option(
      '--contract',
      'take these steps too: every instance runs this release, and none is to go back to the one before',
    )
    .action((options: MigrateCommandOptions) => runCommand(options, () => bringUpToDate(options)))
}

async function bringUpToDate({ contract: takesContractSteps = false }: MigrateCommandOptions): Promise<Report> {
  const steps: Migration[] = []
  const database = await openDatabase({
    url: loadConfig().databaseUrl,
    migrations,
    clock: systemClock,
    takesContractSteps,
    migrationObserver: { taken: (step) => steps.push(step) },
  })
  try {
    const { taken, known, waiting } = await inspectSchema(database, migrations)
    return {
      json: { version: taken, known, taken: steps.map(describe), waiting: waiting.map(describe) },
      lines: [
        ...steps.map(({ version, name }) => `Took step ${version}: ${name}.`),
        ...waiting.map(({ version, name }) => `Step ${version} waits for --contract: ${name}.`),
        `The schema is at step ${taken}; this release knows ${known}.`,
      ],
    }
  } finally {
    await database.close()
  }
}

function describe({ version, name, kind }: Migration): object {
  return { version, name, kind }
}
