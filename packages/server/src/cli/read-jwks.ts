import { readFileSync } from 'node:fs'
import { CommandError } from './command.ts'

/** What a file says that an option names; whether it is a JWKS is for others to judge. @throws CommandError */
export function readJwks(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    throw new CommandError('invalid_option', `${file} is no JSON file that can be read: it must hold a JWKS.`, 2)
  }
}
