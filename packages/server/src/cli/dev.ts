import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Command } from 'commander'
import { type Config, ConfigurationError, loadConfig, secretFile } from '../config.ts'
import { startProcess } from '../main.ts'
import { randomSecret } from '../platform/random/random.ts'
import { createCommand, printFailure } from './command.ts'
import { createDemoData, DEMO_AUDIENCE, DEMO_USERNAME } from './demo-data.ts'

export function devCommand(): Command {
  return createCommand(
    'dev',
    'Start the authorization server for development: it makes its own secret and a demo API, client and account.',
    'ostiary dev',
  ).action(async (options: { json?: boolean }) => {
    try {
      await startDevelopment(options.json === true)
    } catch (error) {
      printFailure(error, options.json === true)
      process.exitCode = 1
    }
  })
}

async function startDevelopment(asJson: boolean): Promise<void> {
  const config = loadConfigWithSecret()
  const { server, stopped } = await startProcess(config)
  const password = await createDemoData(server.rooms)
  const facts = {
    issuer: config.issuer,
    audience: DEMO_AUDIENCE,
    username: DEMO_USERNAME,
    ...(password && { password }),
  }
  process.stdout.write(asJson ? `${JSON.stringify(facts)}\n` : `${renderWelcome(config, password)}\n`)
  await stopped
}

/** The settings; a secret is made on the first start and kept in the data folder, readable by its owner only. */
function loadConfigWithSecret(): Config {
  const config = loadConfig({ defaultLogLevel: 'warn' })
  if (config.secrets.length > 0) return config
  const file = secretFile(config.dataDir)
  try {
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
    // Of two first starts at once, one writes; both read the same.
    writeFileSync(file, `${randomSecret()}\n`, { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) {
      throw new ConfigurationError(
        'OSTIARY_DATA_DIR',
        `${config.dataDir} cannot be written to. Set OSTIARY_DATA_DIR to a folder that can.`,
      )
    }
  }
  return loadConfig({ defaultLogLevel: 'warn' })
}

function renderWelcome(config: Config, password: string | undefined): string {
  const login = `TOKEN=$(curl -s ${config.issuer}/login -d username=${DEMO_USERNAME} -d password=${password ?? '"$PASSWORD"'} -d audience=${DEMO_AUDIENCE} | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/'); echo "$TOKEN"`
  return [
    '',
    `  Ostiary       ${config.issuer}`,
    `  Sign in       ${config.issuer}/login`,
    `  Metadata      ${config.issuer}/.well-known/oauth-authorization-server`,
    `  Demo account  ${DEMO_USERNAME}`,
    password === undefined
      ? '  Password      the one shown at the first start (PASSWORD below); `ostiary account password --username demo --generate-password` makes a new one'
      : `  Password      ${password}   (shown only now)`,
    `  Demo API      ${DEMO_AUDIENCE}`,
    '',
    '  Log in and keep the token:',
    '',
    login,
    '',
  ].join('\n')
}
