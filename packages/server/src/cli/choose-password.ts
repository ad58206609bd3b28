import { isUtf8 } from 'node:buffer'
import { buffer as readAll } from 'node:stream/consumers'
import { generatePassword } from '../domain/credentials/generate-password.ts'
import { hashPassword } from '../domain/credentials/hash-password.ts'
import { parsePasswordHash } from '../domain/credentials/parse-password-hash.ts'
import type { PasswordHash } from '../domain/credentials/password-hash.ts'
import { type PasswordContext, shortestPassword, validatePassword } from '../domain/credentials/validate-password.ts'
import { wrapPasswordHash } from '../domain/credentials/wrap-password-hash.ts'
import type { Installation } from '../installation.ts'
import { CommandError } from './command.ts'

export interface PasswordOptions {
  readonly passwordStdin?: boolean
  readonly generatePassword?: boolean
  readonly passwordHash?: string
}

export interface ChosenPassword {
  readonly hash: PasswordHash
  /** Only when it was generated: to be shown once. */
  readonly generated?: string
}

/**
 * The password that the options choose: generated, from standard input, taken over as a hash, or asked for at the terminal.
 *
 * @throws CommandError when options contradict each other or the password may not be used, with the sentence why.
 */
export async function choosePassword(
  { config, hashQueue }: Installation,
  options: PasswordOptions,
  person: Pick<PasswordContext, 'username' | 'email' | 'hasSecondFactor'>,
): Promise<ChosenPassword> {
  const { passwordStdin, generatePassword: isGenerated, passwordHash } = options
  if ([passwordStdin, isGenerated, passwordHash !== undefined].filter(Boolean).length > 1) {
    throw new CommandError(
      'invalid_option',
      'Choose one of --password-stdin, --generate-password and --password-hash.',
      2,
    )
  }
  if (passwordHash !== undefined) {
    const parsed = parsePasswordHash(passwordHash)
    if (!parsed.ok) throw new CommandError('invalid_option', parsed.sentence, 2)
    return { hash: await wrapPasswordHash(hashQueue, parsed.hash, config.passwordCost) }
  }
  if (isGenerated) {
    const generated = generatePassword()
    return { generated, hash: await hashPassword(hashQueue, generated, { parameters: config.passwordCost }) }
  }
  const password = passwordStdin ? await readFirstLine() : await promptPassword()
  const valid = await validatePassword(password, { ...person, issuerHost: new URL(config.issuer).host })
  if (!valid.ok) throw new CommandError('refused_password', valid.sentence)
  return { hash: await hashPassword(hashQueue, password, { parameters: config.passwordCost }) }
}

async function readFirstLine(): Promise<string> {
  const bytes = await readAll(process.stdin)
  // A browser sends UTF-8: a password of other bytes could never be typed there.
  if (!isUtf8(bytes)) throw new CommandError('invalid_password', 'Standard input holds no text in UTF-8.')
  const [line = ''] = bytes.toString('utf8').split(/\r?\n/, 1)
  if (line === '') throw new CommandError('missing_password', 'Standard input holds no password.')
  return line
}

async function promptPassword(): Promise<string> {
  if (!process.stdin.isTTY) {
    throw new CommandError(
      'missing_password',
      'There is no terminal to ask at: use --password-stdin or --generate-password.',
    )
  }
  // Loaded only here: nothing else talks to a person.
  const { isCancel, password } = await import('@clack/prompts')
  const first = await password({ message: `Password (at least ${shortestPassword} characters)` })
  const second = isCancel(first) ? first : await password({ message: 'The same password again' })
  if (isCancel(first) || isCancel(second)) throw new CommandError('cancelled', 'Nothing was changed.')
  if (first !== second) throw new CommandError('mismatched_passwords', 'The two passwords differ. Nothing was changed.')
  return first
}
