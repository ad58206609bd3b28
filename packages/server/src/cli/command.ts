import { Command } from 'commander'
import { ConfigurationError, loadConfig } from '../config.ts'
import { TransferError } from '../domain/transfers/transfer-format.ts'
import { type Installation, openInstallation } from '../installation.ts'
import { DatabaseError } from '../platform/database/database-error.ts'
import { HashQueueFullError } from '../platform/hash-queue/hash-queue.ts'
import { SealingError } from '../platform/sealing/sealing-error.ts'

/** A command cannot do what was asked. The message is one sentence that says what to do. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
  readonly code: string
  readonly exitCode: number
  constructor(code: string, message: string, exitCode = 1) {
    super(message)
    this.code = code
    this.exitCode = exitCode
  }
}

/** What a command has found or done: members for `--json`, lines for people. */
export interface Report {
  readonly json: object
  readonly lines: readonly string[]
  /** Default 0. */
  readonly exitCode?: number
  /** Where what was asked for is on standard output itself. Default: no. */
  readonly goesToStandardError?: boolean
}

/** A command with `--json`, `--help` and an example. */
export function createCommand(name: string, description: string, example: string): Command {
  return tellWrongUsage(new Command(name))
    .description(description)
    .option('--json', 'print one JSON object instead of text')
    .addHelpText('after', `\nExample:\n  ${example}\n`)
}

/** A name under which commands stand. */
export function createGroup(name: string, description: string, commands: readonly Command[]): Command {
  const group = tellWrongUsage(new Command(name)).description(description)
  for (const command of commands) group.addCommand(command)
  return group
}

/** Wrong usage is exit code 2, and JSON where that was asked for. */
export function tellWrongUsage(command: Command): Command {
  const asJson = process.argv.includes('--json')
  return command
    .showHelpAfterError(asJson ? false : 'Add --help to see what it takes.')
    .configureOutput({ outputError: (text, write) => (asJson ? undefined : write(text)) })
    .exitOverride((error) => {
      const message = error.message.replace(/^error: /, '')
      if (error.exitCode !== 0 && asJson) printFailure(new CommandError('wrong_usage', message), true)
      process.exit(error.exitCode === 0 ? 0 : 2)
    })
}

/** Runs the work, prints its report or its one sentence of failure, and sets the exit code: 0 done, 1 not done, 2 wrong usage. */
export async function runCommand(options: { json?: boolean }, work: () => Promise<Report>): Promise<void> {
  try {
    const report = await work()
    const text = options.json ? JSON.stringify(report.json, null, 2) : report.lines.join('\n')
    const stream = report.goesToStandardError ? process.stderr : process.stdout
    stream.write(`${escapeInvisible(text)}\n`)
    process.exitCode = report.exitCode ?? 0
  } catch (error) {
    printFailure(error, options.json === true)
    process.exitCode = error instanceof CommandError ? error.exitCode : 1
  }
}

/**
 * Control and format characters as `\\uXXXX`, line breaks excepted: a token from a stranger must not steer the terminal that explains
 * it. Within JSON the meaning stays the same.
 */
function escapeInvisible(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    character === '\n' ? character : character.split('').map(escapeUnit).join(''),
  )
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** Runs the work on the installation of the configured database, and closes them whatever happens. */
export async function withInstallation(work: (installation: Installation) => Promise<Report>): Promise<Report> {
  const installation = await openInstallation(loadConfig())
  try {
    return await work(installation)
  } finally {
    await installation.close()
  }
}

/** One sentence for what an operator can mend; a stack only for a bug of ours. */
export function printFailure(error: unknown, asJson: boolean): void {
  const { code, message } = describeFailure(error)
  process.stderr.write(
    asJson ? `${escapeInvisible(JSON.stringify({ error: { code, message } }))}\n` : `${escapeInvisible(message)}\n`,
  )
}

function describeFailure(error: unknown): { code: string; message: string } {
  if (!(error instanceof Error)) return { code: 'internal_error', message: String(error) }
  if (isForOperator(error)) return { code: error.code, message: error.message }
  const { code } = error as NodeJS.ErrnoException
  if (code === 'EADDRINUSE') return { code: 'port_in_use', message: describeBusyPort(error) }
  if (code === 'EADDRNOTAVAIL' || code === 'EACCES' || code === 'ENOTFOUND') {
    return {
      code: 'cannot_listen',
      message: 'This machine cannot listen at that address. Check OSTIARY_HOST and OSTIARY_PORT.',
    }
  }
  return { code: 'internal_error', message: error.stack ?? error.message }
}

/** Failures of ours that somebody can mend: their messages are sentences without secrets. */
function isForOperator(error: Error): error is Error & { readonly code: string } {
  const kinds = [CommandError, ConfigurationError, DatabaseError, SealingError, HashQueueFullError, TransferError]
  return kinds.some((kind) => error instanceof kind)
}

function describeBusyPort(error: Error): string {
  const port = 'port' in error ? ` ${error.port}` : ''
  return `Port${port} is in use by another program. Stop that program, or set OSTIARY_PORT to a free port.`
}
