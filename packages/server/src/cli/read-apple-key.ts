import { text as readAll } from 'node:stream/consumers'
import { isApplePrivateKey } from '../domain/upstreams/apple-client-secret.ts'
import { CommandError } from './command.ts'

/**
 * The private key that Apple has given for downloading, from standard input.
 *
 * @throws CommandError
 */
export async function readAppleKey({ clientSecretStdin }: { readonly clientSecretStdin?: boolean }): Promise<string> {
  if (!clientSecretStdin)
    throw new CommandError(
      'missing_secret',
      'Give the key file of Apple: --client-secret-stdin < AuthKey_ABC123DEFG.p8',
    )
  const text = await readAll(process.stdin)
  if (text.trim() === '') throw new CommandError('missing_secret', 'Standard input holds no private key.')
  if (!isApplePrivateKey(text))
    throw new CommandError('invalid_option', 'The private key must be the .p8 file of Apple, as it was downloaded.', 2)
  return text
}
