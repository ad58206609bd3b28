import { type Command, Option } from 'commander'
import { requirableFactors } from '../domain/assurance/required-factor.ts'
import { advanceKeysInUse } from '../domain/clients/advance-keys-in-use.ts'
import { type ChangedClient, type ClientChange, changeClient } from '../domain/clients/change-client.ts'
import { idTokenAlgorithms } from '../domain/clients/client.ts'
import { describeUnreadyKey } from '../domain/keys/find-key-readiness.ts'
import { CommandError, createCommand, type Report, runCommand, withInstallation } from './command.ts'
import { describeClient, toClientLine } from './describe-client.ts'
import { readJwks } from './read-jwks.ts'

interface ClientUpdateOptions {
  readonly json?: boolean
  readonly clientId: string
  readonly name?: string
  readonly redirectUri?: readonly string[]
  readonly grant?: readonly string[]
  readonly scope?: readonly string[]
  readonly firstParty?: string
  readonly idTokenAlg?: string
  readonly postLogoutRedirectUri?: readonly string[]
  readonly userinfoAlg?: string
  readonly backchannelLogoutUri?: string
  readonly backchannelLogoutSessionRequired?: string
  readonly jwks?: string
  readonly jwksUri?: string
  readonly dpopBound?: string
  readonly requirePar?: string
  readonly requireFactor?: string
  readonly idle?: string
  readonly lifetime?: string
}

/** Takes what was said before away. */
const NONE = 'none'

export function clientUpdateCommand(): Command {
  return createCommand(
    'update',
    'Change a client: what is not named stays as it is. A list that is named replaces the one before.',
    'ostiary client update --client-id cli_jLPo0mTzYtYk8U2nJm0V3w --redirect-uri https://shop.example.com/callback --require-factor mfa',
  )
    .requiredOption('--client-id <id>', 'the client')
    .option('--name <name>', 'how people know it')
    .option('--redirect-uri <uri...>', `where people are sent back to: all of them, or ${NONE}`)
    .option('--grant <grant...>', `which grants it may use: all of them, or ${NONE}`)
    .option(
      '--scope <scope...>',
      `which scopes it may ask for: all of them, or ${NONE} for any; what is taken is gone with each session's next refresh`,
    )
    .addOption(yesOrNo('--first-party <answer>', 'whether it is your own app: people are not asked whether they agree'))
    .addOption(
      new Option('--id-token-alg <algorithm>', 'what its ID tokens are signed with').choices([...idTokenAlgorithms]),
    )
    .option(
      '--post-logout-redirect-uri <uri...>',
      `where people may be sent after signing out: all of them, or ${NONE}`,
    )
    .addOption(
      new Option('--userinfo-alg <algorithm>', 'what userinfo is signed with').choices([...idTokenAlgorithms, NONE]),
    )
    .option('--backchannel-logout-uri <uri>', `where it is told that a session has ended, or ${NONE}`)
    .addOption(
      yesOrNo('--backchannel-logout-session-required <answer>', 'whether it needs to know which session ended'),
    )
    .option('--jwks <file>', `a file with its public keys, or ${NONE}: with keys it has no secret any more`)
    .option('--jwks-uri <url>', `where its public keys are, or ${NONE}`)
    .addOption(yesOrNo('--dpop-bound <answer>', 'whether it gets only tokens that are bound to a key of its own'))
    .addOption(yesOrNo('--require-par <answer>', 'whether it must push its authorization requests first'))
    .addOption(
      new Option('--require-factor <factor>', 'the second factor that people sign in at it with').choices([
        ...requirableFactors,
        NONE,
      ]),
    )
    .option('--idle <duration>', 'how long a session that begins from now on lives without being used')
    .option('--lifetime <duration>', 'how long a session that begins from now on lives in all')
    .action((options: ClientUpdateOptions) => runCommand(options, () => updateFromOptions(options)))
}

function yesOrNo(flags: string, description: string): Option {
  return new Option(flags, description).choices(['yes', 'no'])
}

async function updateFromOptions(options: ClientUpdateOptions): Promise<Report> {
  const change = readChange(options)
  return withInstallation(async (installation) => {
    const { idTokenAlgorithm, userinfoAlgorithm } = change
    await advanceKeysInUse(
      installation,
      [idTokenAlgorithm, userinfoAlgorithm].filter((name) => typeof name === 'string'),
    )
    const changed = await installation.database.write((tx) => changeClient(tx, options.clientId, change, 'cli'))
    if (!changed.ok) throw refuse(changed)
    const { client } = changed
    return { json: { ...describeClient(client), changed: changed.changed }, lines: [toClientLine(client)] }
  })
}

function readChange(options: ClientUpdateOptions): ClientChange {
  const { name, idle, lifetime } = options
  return {
    ...{ name, idle, lifetime },
    redirectUris: listOrNone(options.redirectUri),
    grants: listOrNone(options.grant),
    scopes: listOrNone(options.scope),
    isFirstParty: isYes(options.firstParty),
    idTokenAlgorithm: options.idTokenAlg,
    postLogoutRedirectUris: listOrNone(options.postLogoutRedirectUri),
    userinfoAlgorithm: textOrNone(options.userinfoAlg),
    backchannelLogoutUri: textOrNone(options.backchannelLogoutUri),
    isBackchannelSessionRequired: isYes(options.backchannelLogoutSessionRequired),
    jwks: options.jwks === undefined || options.jwks === NONE ? textOrNone(options.jwks) : readJwks(options.jwks),
    jwksUri: textOrNone(options.jwksUri),
    isDpopRequired: isYes(options.dpopBound),
    isPushRequired: isYes(options.requirePar),
    requiredFactor: textOrNone(options.requireFactor),
  }
}

function listOrNone(values: readonly string[] | undefined): readonly string[] | undefined {
  return values?.length === 1 && values[0] === NONE ? [] : values
}

function textOrNone(text: string | undefined): string | null | undefined {
  return text === NONE ? null : text
}

function isYes(answer: string | undefined): boolean | undefined {
  return answer === undefined ? undefined : answer === 'yes'
}

function refuse(refused: Extract<ChangedClient, { ok: false }>): CommandError {
  if (refused.reason === 'invalid_option') return new CommandError('invalid_option', refused.sentence, 2)
  if (refused.reason === 'key_not_everywhere')
    return new CommandError(refused.reason, describeUnreadyKey(refused, refused.algorithm))
  return new CommandError(refused.reason, clientSentences[refused.reason])
}

export const clientSentences = {
  unknown_client: 'There is no client of that id: `ostiary client list` shows them.',
  built_in_client: 'That client is this server’s own: it stays as it is.',
  described_by_document: 'That client is described by a document on the web: whoever keeps the document changes it.',
}
