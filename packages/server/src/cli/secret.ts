import type { Command } from 'commander'
import { resealEverything } from '../domain/resealing/reseal-everything.ts'
import { randomSecret } from '../platform/random/random.ts'
import { createCommand, runCommand, withInstallation } from './command.ts'

export function secretCommand(): Command {
  return createCommand(
    'secret',
    'Print a new secret of 256 random bits, in base64url.',
    'ostiary secret > ostiary.secret   # once; then: OSTIARY_SECRET=$(cat ostiary.secret) ostiary serve',
  )
    .action((options) =>
      runCommand(options, async () => {
        const secret = randomSecret()
        return { json: { secret }, lines: [secret] }
      }),
    )
    .addCommand(secretResealCommand())
}

function secretResealCommand(): Command {
  return createCommand(
    'reseal',
    'Seal with the newest secret what an older one has sealed, so that the older one can be taken out of OSTIARY_SECRET. Every instance must know the newest one by then.',
    'OSTIARY_SECRET=$NEW,$OLD ostiary secret reseal',
  ).action((_, command: Command) =>
    runCommand(command.optsWithGlobals(), () =>
      withInstallation(async (installation) => {
        const count = await resealEverything(installation)
        return {
          json: { resealed: count },
          lines: [
            `${count} secrets are sealed anew. In two days, when mails and codes of before are gone, the older secret can be taken out.`,
          ],
        }
      }),
    ),
  )
}
