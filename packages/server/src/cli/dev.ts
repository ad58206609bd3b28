import { linkSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Command } from 'commander'
import { type Config, ConfigurationError, loadConfig, secretFile } from '../config.ts'
import { openInstallation } from '../installation.ts'
import { randomId, randomSecret } from '../platform/random/random.ts'
import { createCommand } from './command.ts'
import { createDemoData, DEMO_AUDIENCE, DEMO_USERNAME, type DemoData } from './demo-data.ts'
import { runServer } from './serve.ts'
import type { SetupOffer } from './setup.ts'

/** Where nothing is set: nobody sets up a second factor to try things out. */
const defaults = { defaultLogLevel: 'warn', defaultAdminFactor: 'optional' } as const

export function devCommand(): Command {
  return createCommand(
    'dev',
    'Start the authorization server for development: it makes its own secret and a demo API, client and account.',
    'ostiary dev',
  ).action(async (options: { json?: boolean }) =>
    runServer(options, async () => {
      const config = loadConfigWithSecret()
      const demo = await prepareDemoData(config)
      const render = options.json ? renderFacts : renderWelcome
      return {
        config,
        showsOutbox: true,
        greet: (setup) => process.stdout.write(`${render(config, demo, setup)}\n`),
      }
    }),
  )
}

/** The settings; a secret is made on the first start and kept in the data folder, readable by its owner only. */
function loadConfigWithSecret(): Config {
  const config = loadConfig(defaults)
  if (config.secrets.length > 0) return config
  try {
    makeSecretFile(secretFile(config.dataDir))
  } catch {
    throw new ConfigurationError(
      'OSTIARY_DATA_DIR',
      `${config.dataDir} cannot be written to. Set OSTIARY_DATA_DIR to a folder that can.`,
    )
  }
  return loadConfig(defaults)
}

/** The file appears whole or not at all; of two first starts at once one makes it, and both read the same. */
function makeSecretFile(file: string): void {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
  const draft = `${file}.${randomId()}`
  writeFileSync(draft, `${randomSecret()}\n`, { flag: 'wx', mode: 0o600 })
  try {
    linkSync(draft, file)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  } finally {
    rmSync(draft, { force: true })
  }
}

/** Before the server listens: what cannot be made must not leave a server running. */
async function prepareDemoData(config: Config): Promise<DemoData | undefined> {
  const installation = await openInstallation(config)
  try {
    return await createDemoData(installation)
  } finally {
    await installation.close()
  }
}

function renderFacts({ issuer }: Config, demo: DemoData | undefined, setup: SetupOffer | undefined): string {
  const made = demo && { client_id: demo.clientId, password: demo.password }
  const offered = setup && { setup_url: setup.url, setup_code: setup.code }
  return JSON.stringify({ issuer, audience: DEMO_AUDIENCE, username: DEMO_USERNAME, ...made, ...offered })
}

function renderWelcome({ issuer, smtpUrl }: Config, demo: DemoData | undefined, setup: SetupOffer | undefined): string {
  const password = demo?.password ?? '"$PASSWORD"'
  const login = `curl -s ${issuer}/login -d username=${DEMO_USERNAME} -d password=${password} -d audience=${DEMO_AUDIENCE}`
  return [
    '',
    `  Ostiary       ${issuer}`,
    `  Sign in       ${issuer}/login`,
    ...(smtpUrl === undefined ? [`  Mails         ${issuer}/dev/outbox`] : []),
    setup
      ? `  Console       ${setup.url}\n                enter the code ${setup.code} to make the first administrator, within an hour`
      : `  Console       ${issuer}/console/`,
    `  Demo API      ${DEMO_AUDIENCE}`,
    ...(demo ? [`  Demo client   ${demo.clientId}`] : []),
    `  Demo account  ${DEMO_USERNAME}`,
    demo
      ? `  Password      ${demo.password}   (shown only now)`
      : '  Password      shown at the first start; put it into PASSWORD, or make a new one:\n' +
        `                npx ostiary account password --username ${DEMO_USERNAME} --generate-password`,
    '',
    '  Log in and keep the token:',
    '',
    `TOKEN=$(${login} | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/'); echo "$TOKEN"`,
    '',
  ].join('\n')
}
