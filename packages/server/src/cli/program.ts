import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { accountCommand } from './account.ts'
import { apiCommand } from './api.ts'
import { apiKeyCommand } from './api-key.ts'
import { applyCommand } from './apply.ts'
import { auditCommand } from './audit.ts'
import { backupCommand } from './backup.ts'
import { clientCommand } from './client.ts'
import { tellWrongUsage } from './command.ts'
import { devCommand } from './dev.ts'
import { doctorCommand } from './doctor.ts'
import { explainCommand } from './explain.ts'
import { exportCommand } from './export.ts'
import { importCommand } from './import.ts'
import { issuerCommand } from './issuer.ts'
import { keyCommand } from './key.ts'
import { mailCommand } from './mail.ts'
import { migrateCommand } from './migrate.ts'
import { organizationCommand } from './organization.ts'
import { registrationCommand } from './registration.ts'
import { restoreCommand } from './restore.ts'
import { revokeCommand } from './revoke.ts'
import { roleCommand } from './role.ts'
import { secretCommand } from './secret.ts'
import { serveCommand } from './serve.ts'
import { sessionCommand } from './session.ts'
import { settingCommand } from './setting.ts'
import { setupCommand } from './setup.ts'
import { tokenCommand } from './token.ts'
import { upstreamCommand } from './upstream.ts'
import { webhookCommand } from './webhook.ts'

/** As the package says, which stands above this file in a checkout and above the bundle alike. */
function readVersion(): string {
  for (const above of ['../../package.json', '../../../package.json']) {
    const { name, version } = readPackage(new URL(above, import.meta.url))
    if (name === 'ostiary' && version !== undefined) return version
  }
  return 'unknown'
}

function readPackage(file: URL): { readonly name?: string; readonly version?: string } {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return {}
  }
}

/** The command line, whole. */
export function buildProgram(): Command {
  const program = tellWrongUsage(new Command('ostiary'))
    .description('API authentication that you run yourself.')
    .version(readVersion(), '--version', 'print the version')
    .addHelpText(
      'after',
      '\nSettings come from the environment or ostiary.json: OSTIARY_ISSUER, OSTIARY_HOST, OSTIARY_PORT,\nOSTIARY_DATABASE_URL, OSTIARY_SECRET, OSTIARY_DATA_DIR, OSTIARY_TRUSTED_PROXIES, OSTIARY_LOG_LEVEL,\nOSTIARY_CLIENT_DOCUMENT_HOSTS, OSTIARY_REGISTRATION,\nOSTIARY_ORGANIZATION_CREATION, OSTIARY_ADMIN_FACTOR.\n\nExample:\n  ostiary dev\n',
    )
  const commands = [
    devCommand(),
    serveCommand(),
    setupCommand(),
    accountCommand(),
    organizationCommand(),
    clientCommand(),
    registrationCommand(),
    apiCommand(),
    apiKeyCommand(),
    roleCommand(),
    issuerCommand(),
    upstreamCommand(),
    keyCommand(),
    auditCommand(),
    mailCommand(),
    webhookCommand(),
    secretCommand(),
    settingCommand(),
    sessionCommand(),
    tokenCommand(),
    revokeCommand(),
    explainCommand(),
    doctorCommand(),
    applyCommand(),
    exportCommand(),
    importCommand(),
    migrateCommand(),
    backupCommand(),
    restoreCommand(),
  ]
  for (const command of commands) program.addCommand(command)
  return program
}
