import { existsSync, renameSync, statSync, writeFileSync } from 'node:fs'
import {
  type Config,
  loadConfig,
  readSettingsFile,
  type SettingName,
  type SettingsFile,
  settingsFile,
} from '../config.ts'
import type { MemberChange } from '../domain/declarations/declaration.ts'
import { CommandError } from './command.ts'
import { synchronize } from './new-file.ts'

/** What would change in `ostiary.json`. */
export interface SettingsPlan {
  readonly changes: readonly MemberChange[]
  /** What of it will have no effect, since the environment says something. */
  readonly overridden: readonly string[]
  readonly content: SettingsFile
}

/**
 * Compares what is declared with what `ostiary.json` says; what it does not say stays. The whole is checked as a start would.
 *
 * @throws CommandError `secret_in_file`
 * @throws ConfigurationError
 */
export function planSettings(declared: Readonly<Record<string, unknown>>, folder: string): SettingsPlan {
  const secret = Object.entries(declared).find(([, value]) => holdsPassword(value))
  if (secret !== undefined)
    throw new CommandError(
      'secret_in_file',
      `settings › ${secret[0]} holds a password: leave it to the environment variable.`,
    )
  const before: Readonly<Record<string, unknown>> = readSettingsFile(folder)
  const content = { ...before, ...declared } as SettingsFile
  const config = checkSettings(content, folder)
  const changes = Object.entries(declared)
    .filter(([member, value]) => JSON.stringify(before[member]) !== JSON.stringify(value))
    .map(([member, after]) => ({ member, before: holdsPassword(before[member]) ? '***' : before[member], after }))
  const overridden = Object.keys(declared).filter((member) => config.sources[member as SettingName] === 'environment')
  return { changes, overridden, content }
}

export function writeSettings({ content }: SettingsPlan, folder: string): void {
  const file = settingsFile(folder)
  const mode = existsSync(file) ? statSync(file).mode & 0o777 : 0o600
  writeFileSync(`${file}.partial`, `${JSON.stringify(content, null, 2)}\n`, { mode, flush: true })
  renameSync(`${file}.partial`, file)
  synchronize(folder)
}

function checkSettings(file: SettingsFile, folder: string): Config {
  return loadConfig({ folder, file })
}

/** Several hosts of a database are no URL as the web has it, and libpq takes a password as a parameter too. */
function holdsPassword(value: unknown): boolean {
  return typeof value === 'string' && /^[a-z][a-z\d+.-]*:\/\/(?:[^/?#@]*:[^/?#]+@|.*[?&]password=)/i.test(value)
}
