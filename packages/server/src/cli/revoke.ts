import type { Command } from 'commander'
import type { RevocationOutcome, RevocationTarget } from '../domain/revocation-acts/revoke.ts'
import { revoke } from '../domain/revocation-acts/revoke.ts'
import { parseWait } from '../domain/revocations/parse-wait.ts'
import { type Confirmation, waitForConfirmation } from '../domain/revocations/wait-for-confirmation.ts'
import type { Installation } from '../installation.ts'
import { CommandError, createCommand, createGroup, type Report, runCommand, withInstallation } from './command.ts'
import { DEFAULT_WAIT } from './protect-operands.ts'

export interface RevokeOptions {
  readonly json?: boolean
  /** `true` when no time is given. */
  readonly wait?: string | true
}

export function revokeCommand(): Command {
  return createGroup('revoke', 'Everything at once.', [revokeEverythingCommand()])
}

function revokeEverythingCommand(): Command {
  return createWaitingCommand(
    'everything',
    'End every session and revoke every token that was issued until now: everybody logs in again.',
    'ostiary revoke everything --yes --wait 2s',
  )
    .option('--yes', 'yes, everybody')
    .action((options: RevokeOptions & { readonly yes?: boolean }) =>
      runCommand(options, () => {
        if (!options.yes) throw new CommandError('unconfirmed', 'This logs everybody out. Add --yes to do it.', 2)
        return revokeAndReport(options, { kind: 'everything' }, 'Everything that was issued until now is revoked.')
      }),
    )
}

/** A command with `--wait`, besides what every command has. */
export function createWaitingCommand(name: string, description: string, example: string): Command {
  return createCommand(name, description, example).option(
    '--wait [time]',
    `wait until the APIs have confirmed it, for so long at most: 500ms, 5s (without a time: ${DEFAULT_WAIT})`,
  )
}

/** Revokes, waits if asked to, and says who has confirmed. */
export async function revokeAndReport(
  options: RevokeOptions,
  target: RevocationTarget,
  sentence: string,
): Promise<Report> {
  const wait = parseWaitOption(options.wait)
  return withInstallation(async (installation) => {
    const deps = { ...installation, issuer: installation.config.issuer }
    const outcome = await revoke(deps, target, 'cli')
    if (!outcome.ok) throw new CommandError(outcome.reason, sentences[outcome.reason])
    return reportRevocation(installation, outcome.sequence, wait, sentence)
  })
}

/** In milliseconds; absent when nobody is to be waited for. */
export function parseWaitOption(text: string | true | undefined): number | undefined {
  if (text === undefined) return undefined
  const wait = parseWait(text === true ? DEFAULT_WAIT : text)
  if (!wait.ok) throw new CommandError('invalid_option', wait.sentence, 2)
  return wait.milliseconds
}

export async function reportRevocation(
  installation: Installation,
  sequence: number,
  waitMilliseconds: number | undefined,
  sentence: string,
): Promise<Report> {
  if (waitMilliseconds === undefined) return { json: { seq: sequence }, lines: [sentence] }
  const confirmation = await waitForConfirmation(installation, sequence, { milliseconds: waitMilliseconds })
  return { json: confirmation, lines: [sentence, describeConfirmation(confirmation)] }
}

function describeConfirmation({ confirmed, of, slowest_ms, missing }: Confirmation): string {
  if (of === 0)
    return 'No API confirms revocations here: those that follow the feed refuse within a second all the same.'
  const pace = slowest_ms === null ? '' : ` in ${slowest_ms} ms`
  const rest = missing.length === 0 ? '' : ` Missing: ${missing.join(', ')}.`
  return `${confirmed} of ${of} APIs confirmed${pace}.${rest}`
}

const sentences: Readonly<Record<Extract<RevocationOutcome, { ok: false }>['reason'], string>> = {
  unknown_session: 'There is no session of that id. List them with `ostiary session list`.',
  unknown_api_key: 'There is no API key of that id. List them with `ostiary api-key list`.',
  unknown_account: 'There is no account of that name. Create it with `ostiary account create`.',
  unknown_token: 'That is no access token of this issuer that could still be accepted: nothing to revoke.',
  unknown_client: 'There is no client of that id.',
  unknown_key: 'There is no signing key of that kid. List them with `ostiary key list`.',
  last_admin: 'Nobody else has the role admin. Give it to somebody else first.',
}
