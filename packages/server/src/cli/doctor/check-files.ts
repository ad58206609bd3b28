import { existsSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { type Config, secretFile } from '../../config.ts'
import { parseDatabaseUrl } from '../../platform/database/parse-database-url.ts'
import { type Finding, found, type Level } from './finding.ts'

interface Kept {
  readonly file: string
  /** What others of this machine must not have: reading, or anything. */
  readonly forbidden: number
  readonly level: Level
  readonly mode: string
}

const ANYTHING = 0o077

/** Whether others of this machine can read what is to be secret. Nothing is said of a system without such permissions. */
export function checkFiles(config: Config, folder: string): readonly Finding[] {
  if (process.platform === 'win32') return []
  return [checkPermissions(config, folder), checkUser()]
}

function checkPermissions(config: Config, folder: string): Finding {
  const open = listKept(config, folder).filter(({ file, forbidden }) => existsSync(file) && isOpen(file, forbidden))
  const [worst] = open.toSorted((one, other) => Number(other.level === 'error') - Number(one.level === 'error'))
  if (worst === undefined) return found('permissions', 'ok', 'Nobody else on this machine reads secrets and data.')
  const commands = open.map(({ file, mode }) => `chmod ${mode} ${file}`).join('; ')
  return found('permissions', worst.level, `Other users of this machine can read what is secret: ${commands}`)
}

function isOpen(file: string, forbidden: number): boolean {
  return (statSync(file).mode & forbidden) !== 0
}

function listKept(config: Config, folder: string): readonly Kept[] {
  const settings = path.join(folder, 'ostiary.json')
  const kept: Kept[] = [
    { file: secretFile(config.dataDir), forbidden: ANYTHING, level: 'error', mode: '600' },
    { file: config.dataDir, forbidden: ANYTHING, level: 'warning', mode: '700' },
  ]
  if (holdsPassword(settings)) kept.push({ file: settings, forbidden: ANYTHING, level: 'error', mode: '600' })
  const address = parseDatabaseUrl(config.databaseUrl)
  if (address.dialect === 'postgresql') return kept
  const files = ['', '-wal', '-shm'].map((ending) => `${address.path}${ending}`)
  return [...kept, ...files.map((file): Kept => ({ file, forbidden: ANYTHING, level: 'error', mode: '600' }))]
}

/** A URL with a password in it: that of the database, or of the mail server. */
function holdsPassword(settings: string): boolean {
  return existsSync(settings) && /"[a-z+]+:\/\/[^"/@\s]*:[^"/@\s]+@/i.test(readFileSync(settings, 'utf8'))
}

function checkUser(): Finding {
  if (process.getuid?.() !== 0) return found('user', 'ok', 'It is not run as root.')
  return found('user', 'advice', 'It is run as root, and needs no right of root: give it a user of its own.')
}
