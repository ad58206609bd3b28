import type { Command } from 'commander'
import { issueSetupCode, offerSetupCode } from '../domain/setup/issue-setup-code.ts'
import type { Installation } from '../installation.ts'
import { setupUrl } from '../server.ts'
import { CommandError, createCommand, runCommand, withInstallation } from './command.ts'

export function setupCommand(): Command {
  return createCommand(
    'setup',
    'Print a new one-time code for the page that makes the first administrator; the code before is good no more.',
    'ostiary setup',
  ).action((options: { readonly json?: boolean }) =>
    runCommand(options, () =>
      withInstallation(async (installation) => {
        const offer = await offerSetup(installation, 'cli')
        if (offer === undefined)
          throw new CommandError('already_set_up', 'There is an administrator: an account with the role admin.')
        return { json: { setup_url: offer.url, setup_code: offer.code }, lines: describeSetup(offer) }
      }),
    ),
  )
}

export interface SetupOffer {
  readonly url: string
  readonly code: string
}

/**
 * A code for the page of the first run; absent where there is an administrator. Asked for by command it takes the place of any before; at a start it is
 * the one of instances that have started just before.
 */
export async function offerSetup(
  { config, database, sealer }: Installation,
  actor: 'cli' | 'system',
): Promise<SetupOffer | undefined> {
  const code = await database.write((tx) =>
    actor === 'cli' ? issueSetupCode(tx, sealer, actor) : offerSetupCode(tx, sealer),
  )
  return code === undefined ? undefined : { url: setupUrl(config.issuer), code }
}

/** For the terminal, where the code stands this once. */
export function describeSetup({ url, code }: SetupOffer): readonly string[] {
  return [
    'There is no administrator yet. To make the first one, within an hour:',
    `  Open   ${url}`,
    `  Code   ${code}`,
  ]
}
