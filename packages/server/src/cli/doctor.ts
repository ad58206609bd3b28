import { existsSync } from 'node:fs'
import { type Command, Option } from 'commander'
import { type Config, loadConfig } from '../config.ts'
import { migrations } from '../domain/schema/migrations.ts'
import { openInstallation } from '../installation.ts'
import { DatabaseError } from '../platform/database/database-error.ts'
import { inspectSchema } from '../platform/database/inspect-schema.ts'
import { parseDatabaseUrl } from '../platform/database/parse-database-url.ts'
import { SealingError } from '../platform/sealing/sealing-error.ts'
import { CommandError, createCommand, type Report, runCommand } from './command.ts'
import { checkDatabase } from './doctor/check-database.ts'
import { checkFiles } from './doctor/check-files.ts'
import { checkForwardedFor } from './doctor/check-forwarded-for.ts'
import { checkMachine } from './doctor/check-machine.ts'
import { checkMail } from './doctor/check-mail.ts'
import { checkServer } from './doctor/check-server.ts'
import { checkSettings } from './doctor/check-settings.ts'
import { checkState } from './doctor/check-state.ts'
import { type Finding, found, guideOf, type Level } from './doctor/finding.ts'
import { judgeSchema } from './doctor/judge-schema.ts'

interface DoctorOptions {
  readonly json?: boolean
  readonly url?: string
  readonly server: boolean
}

export function doctorCommand(): Command {
  return createCommand(
    'doctor',
    'Check the settings, this machine, the database and a running server, and say what to change. Exit code 1 where something is wrong.',
    'ostiary doctor --url https://login.example.com',
  )
    .option('--url <url>', 'where the running server is reached; default: the issuer')
    .addOption(new Option('--no-server', 'look at no running server'))
    .action((options: DoctorOptions) => runCommand(options, () => examine(loadConfig(), options)))
}

async function examine(config: Config, options: DoctorOptions): Promise<Report> {
  const url = (options.url ?? config.issuer).replace(/\/$/, '')
  if (!URL.canParse(url))
    throw new CommandError('invalid_option', '--url must be a URL, such as https://login.example.com.', 2)
  const findings = [
    ...checkSettings(config),
    ...checkFiles(config, process.cwd()),
    ...(await checkMachine(config)),
    await checkMail(config),
    ...(options.server ? await checkServer(config, url) : []),
    ...(await examineInstallation(config, options.server ? url : undefined)),
  ]
  return report(findings)
}

/** What needs the database. A doctor makes none: where there is none yet, that is what it says. */
async function examineInstallation(config: Config, url: string | undefined): Promise<readonly Finding[]> {
  const address = parseDatabaseUrl(config.databaseUrl)
  if (address.dialect === 'sqlite' && !existsSync(address.path)) {
    const sentence = `There is no database at ${address.path} yet: start the server, or check OSTIARY_DATA_DIR and OSTIARY_DATABASE_URL.`
    return [found('database', 'error', sentence)]
  }
  if (config.secrets.length === 0) return []
  try {
    const installation = await openInstallation(config)
    try {
      const { database } = installation
      const forwarded = url === undefined ? undefined : await checkForwardedFor(config, url, database)
      return [
        ...(await checkDatabase(config, database)),
        judgeSchema(await inspectSchema(database, migrations)),
        ...(await checkState(installation)),
        ...(forwarded ? [forwarded] : []),
      ]
    } finally {
      await installation.close()
    }
  } catch (error) {
    if (error instanceof DatabaseError) {
      return [found(error.code.startsWith('schema_') ? 'schema' : 'database', 'error', error.message)]
    }
    if (error instanceof SealingError) return [found('secret', 'error', error.message)]
    throw error
  }
}

const levels: readonly Level[] = ['error', 'warning', 'advice', 'ok']
const signs: Readonly<Record<Level, string>> = {
  error: 'ERROR  ',
  warning: 'WARNING',
  advice: 'advice ',
  ok: 'ok     ',
}

/** The worst first. */
function report(findings: readonly Finding[]): Report {
  const sorted = findings.toSorted((one, other) => levels.indexOf(one.level) - levels.indexOf(other.level))
  const counts = Object.fromEntries(
    levels.map((level) => [level, findings.filter((finding) => finding.level === level).length]),
  )
  const summary = levels.map((level) => `${level}: ${counts[level]}`).join(', ')
  return {
    json: { counts, findings: sorted.map((finding) => ({ ...finding, guide: guideOf(finding.check) })) },
    lines: [...sorted.map(toLine), '', summary],
    exitCode: counts.error === 0 ? 0 : 1,
  }
}

function toLine({ check, level, sentence }: Finding): string {
  const where = level === 'ok' ? '' : `\n         ${guideOf(check)}`
  return `${signs[level]}  ${sentence}${where}`
}
