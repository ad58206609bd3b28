import type { Command } from 'commander'
import { randomSecret } from '../platform/random/random.ts'
import { createCommand, runCommand } from './command.ts'

export function secretCommand(): Command {
  return createCommand(
    'secret',
    'Print a new secret of 256 random bits, in base64url.',
    'ostiary secret > ostiary.secret   # once; then: OSTIARY_SECRET=$(cat ostiary.secret) ostiary serve',
  ).action((options) =>
    runCommand(options, async () => {
      const secret = randomSecret()
      return { json: { secret }, lines: [secret] }
    }),
  )
}
