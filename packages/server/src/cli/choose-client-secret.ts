import { text as readAll } from 'node:stream/consumers'
import { CommandError } from './command.ts'

export interface ClientSecretOptions {
  readonly clientSecretStdin?: boolean
  readonly public?: boolean
}

/** RFC 6749 appendix A.2. */
const SECRET = /^[\x20-\x7e]{1,1024}$/

/**
 * The secret that another server gave this one: from standard input, or asked for at the terminal. Never an option's value, which every
 * process of the machine can read. Absent for a public client.
 *
 * @throws CommandError
 */
export async function chooseClientSecret(options: ClientSecretOptions): Promise<string | undefined> {
  if (options.public && options.clientSecretStdin)
    throw new CommandError('invalid_option', 'Choose one of --public and --client-secret-stdin.', 2)
  if (options.public) return undefined
  const secret = options.clientSecretStdin ? await readFirstLine() : await promptSecret()
  if (secret === '') throw new CommandError('missing_secret', 'Standard input holds no client secret.')
  if (!SECRET.test(secret))
    throw new CommandError('invalid_option', 'The client secret must be 1 to 1024 visible ASCII characters.', 2)
  return secret
}

async function readFirstLine(): Promise<string> {
  const [line = ''] = (await readAll(process.stdin)).split(/\r?\n/, 1)
  return line
}

async function promptSecret(): Promise<string> {
  if (!process.stdin.isTTY)
    throw new CommandError('missing_secret', 'There is no terminal to ask at: use --client-secret-stdin or --public.')
  const { isCancel, password } = await import('@clack/prompts')
  const secret = await password({ message: 'Client secret, as the provider gave it' })
  if (isCancel(secret)) throw new CommandError('cancelled', 'Nothing was changed.')
  return secret
}
