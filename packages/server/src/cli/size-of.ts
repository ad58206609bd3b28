import { statSync } from 'node:fs'
import { CommandError } from './command.ts'

/** How long a file is, in bytes. @throws CommandError `no_such_file` */
export function sizeOf(file: string): number {
  const stat = statSync(file, { throwIfNoEntry: false })
  if (stat?.isFile()) return stat.size
  throw new CommandError('no_such_file', `There is no file ${file}.`)
}
