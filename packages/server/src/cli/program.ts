import { Command } from 'commander'
import { accountCommand } from './account.ts'
import { apiCommand } from './api.ts'
import { clientCommand } from './client.ts'
import { devCommand } from './dev.ts'
import { explainCommand } from './explain.ts'
import { keyCommand } from './key.ts'
import { revokeCommand } from './revoke.ts'
import { secretCommand } from './secret.ts'
import { serveCommand } from './serve.ts'
import { sessionCommand } from './session.ts'
import { tokenCommand } from './token.ts'

/** The command line, whole. */
export function buildProgram(): Command {
  const program = new Command('ostiary')
    .description('API authentication that you run yourself.')
    .addHelpText(
      'after',
      '\nSettings come from the environment or ostiary.json: OSTIARY_ISSUER, OSTIARY_HOST, OSTIARY_PORT,\nOSTIARY_DATABASE_URL, OSTIARY_SECRET, OSTIARY_DATA_DIR, OSTIARY_TRUSTED_PROXIES, OSTIARY_LOG_LEVEL.\n\nExample:\n  ostiary dev\n',
    )
    .showHelpAfterError('Add --help to see what it takes.')
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
  const commands = [
    devCommand(),
    serveCommand(),
    accountCommand(),
    clientCommand(),
    apiCommand(),
    keyCommand(),
    secretCommand(),
    sessionCommand(),
    tokenCommand(),
    revokeCommand(),
    explainCommand(),
  ]
  for (const command of commands) program.addCommand(command)
  return program
}
