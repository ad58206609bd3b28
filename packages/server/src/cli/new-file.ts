import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { CommandError } from './command.ts'

/**
 * Makes a file that only its owner may read, and that bears its name once it is whole and on the disk; it never replaces another.
 * `write` gets where to write meanwhile.
 *
 * @throws CommandError `file_exists`, `file_not_writable`
 */
export async function writeNewFile<T>(file: string, write: (partial: string) => Promise<T>): Promise<T> {
  if (existsSync(file))
    throw new CommandError('file_exists', `${file} is there already: name another file, or move it away.`)
  const partial = `${file}.partial`
  createPrivateFile(partial)
  try {
    const result = await write(partial)
    synchronize(partial)
    renameSync(partial, file)
    synchronize(path.dirname(file))
    return result
  } catch (error) {
    rmSync(partial, { force: true })
    throw error
  }
}

/** Empty, in the place of what may stand there. @throws CommandError `file_not_writable` */
export function createPrivateFile(file: string): void {
  try {
    // What a run that was killed has left is nobody's.
    rmSync(file, { force: true })
    closeSync(openSync(file, 'wx', 0o600))
  } catch {
    throw new CommandError(
      'file_not_writable',
      `${file} can't be made: name a file in a folder that this user may write to.`,
    )
  }
}

/** So that the name and what it stands for outlive a loss of power. */
export function synchronize(place: string): void {
  const descriptor = openSync(place, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
