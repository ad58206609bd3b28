import type { Command } from 'commander'
import { loadConfig } from '../config.ts'
import { JWT_BEARER_GRANT } from '../domain/clients/parse-client.ts'
import { distrustIssuer } from '../domain/trusted-issuers/distrust-issuer.ts'
import { listTrustedIssuers } from '../domain/trusted-issuers/list-trusted-issuers.ts'
import { parseTrust } from '../domain/trusted-issuers/parse-trust.ts'
import { type TrustOutcome, trustIssuer } from '../domain/trusted-issuers/trust-issuer.ts'
import { CommandError, createCommand, createGroup, type Report, runCommand, withInstallation } from './command.ts'
import { readJwks } from './read-jwks.ts'

interface TrustOptions {
  readonly json?: boolean
  readonly issuer: string
  readonly subject: string
  readonly clientId: string
  readonly jwks?: string
  readonly jwksUri?: string
}

interface DistrustOptions {
  readonly json?: boolean
  readonly issuer: string
  readonly subject?: string
}

export function issuerCommand(): Command {
  return createGroup('issuer', 'Issuers whose tokens stand for clients: clusters, CI services, other servers.', [
    issuerListCommand(),
    issuerTrustCommand(),
    issuerDistrustCommand(),
  ])
}

function issuerListCommand(): Command {
  return createCommand('list', 'List the trusted issuers.', 'ostiary issuer list').action(
    (options: { readonly json?: boolean }) =>
      runCommand(options, () =>
        withInstallation(async ({ database }) => reportIssuers(await listTrustedIssuers(database.read))),
      ),
  )
}

function reportIssuers(issuers: Awaited<ReturnType<typeof listTrustedIssuers>>): Report {
  const lines = issuers.flatMap(({ issuer, subjects }) => [
    issuer,
    ...subjects.map(({ subject, clientId }) => `  ${subject}  ${clientId}`),
  ])
  const json = issuers.map(({ issuer, keys, subjects }) => ({
    issuer,
    ...('jwks' in keys ? { jwks: keys.jwks } : { jwks_uri: keys.jwksUri }),
    subjects: subjects.map(({ subject, clientId }) => ({ subject, client_id: clientId })),
  }))
  return { json: { issuers: json }, lines: lines.length === 0 ? ['There is no trusted issuer.'] : lines }
}

function issuerTrustCommand(): Command {
  return createCommand(
    'trust',
    `Let a subject of an issuer get the tokens of a client, by the grant ${JWT_BEARER_GRANT}.`,
    'ostiary issuer trust --issuer https://token.actions.githubusercontent.com --jwks-uri https://token.actions.githubusercontent.com/.well-known/jwks --subject repo:acme/shop:ref:refs/heads/main --client-id cli_jLPo0mTzYtYk8U2nJm0V3w',
  )
    .requiredOption('--issuer <iss>', 'the iss of its tokens, exactly')
    .requiredOption('--subject <sub>', 'the sub of its tokens, exactly')
    .requiredOption('--client-id <id>', 'the client that the subject stands for')
    .option('--jwks <file>', 'a file with its public keys (RFC 7517)')
    .option('--jwks-uri <url>', 'where its public keys are (default, without --jwks too: those that are registered)')
    .action((options: TrustOptions) => runCommand(options, () => trustFromOptions(options)))
}

const refusals: Readonly<Record<Extract<TrustOutcome, { ok: false }>['reason'], CommandError>> = {
  unknown_client: new CommandError(
    'unknown_client',
    'There is no client of that id: `ostiary client list` shows them.',
  ),
  missing_grant: new CommandError('missing_grant', `The client is not registered for the grant ${JWT_BEARER_GRANT}.`),
  missing_keys: new CommandError(
    'missing_keys',
    'The issuer is not known yet: name its keys with --jwks or --jwks-uri.',
  ),
}

async function trustFromOptions({ issuer, subject, clientId, jwks, jwksUri }: TrustOptions): Promise<Report> {
  const keys = { jwks: jwks === undefined ? undefined : readJwks(jwks), jwksUri }
  const parsed = parseTrust({ issuer, subject, clientId, ...keys }, loadConfig().issuer)
  if (!parsed.ok) throw new CommandError('invalid_option', parsed.sentence, 2)
  return withInstallation(async ({ database }) => {
    const outcome = await database.write((tx) => trustIssuer(tx, parsed.trust, 'cli'))
    if (!outcome.ok) throw refusals[outcome.reason]
    return {
      json: { issuer, subject, client_id: clientId },
      lines: [`${subject} of ${issuer} now stands for ${clientId}.`],
    }
  })
}

function issuerDistrustCommand(): Command {
  return createCommand(
    'distrust',
    'Take the word of an issuer no longer, or of one of its subjects. Tokens that were given live on: ostiary client revoke ends them.',
    'ostiary issuer distrust --issuer https://token.actions.githubusercontent.com',
  )
    .requiredOption('--issuer <iss>', 'the issuer, exactly')
    .option('--subject <sub>', 'only this subject (default: the issuer and all of its subjects)')
    .action((options: DistrustOptions) => runCommand(options, () => distrustFromOptions(options)))
}

async function distrustFromOptions({ issuer, subject }: DistrustOptions): Promise<Report> {
  return withInstallation(async ({ database }) => {
    const wasTrusted = await database.write((tx) => distrustIssuer(tx, { issuer, subject }, 'cli'))
    if (!wasTrusted) {
      throw new CommandError('unknown_issuer', 'That is not trusted: `ostiary issuer list` shows what is.')
    }
    return { json: { issuer, ...(subject !== undefined && { subject }) }, lines: ['Its word is taken no longer.'] }
  })
}
