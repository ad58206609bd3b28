import { type Command, Option } from 'commander'
import { findAccount } from '../domain/accounts/find-account.ts'
import { findAccountByLoginName } from '../domain/accounts/find-account-by-login-name.ts'
import type { AuditSearch } from '../domain/audit/page-audit-events.ts'
import type { Installation } from '../installation.ts'
import { CommandError } from './command.ts'

export interface SearchOptions {
  readonly json?: boolean
  readonly account?: string
  readonly act?: string
  readonly actor?: string
  readonly outcome?: 'done' | 'refused'
  readonly from?: string
  readonly to?: string
  readonly id?: string
}

/** Gives a command the filters of the audit log. */
export function addSearchOptions(command: Command): Command {
  return command
    .option(
      '--account <name>',
      'about this account: its user name, e-mail address or id, which may be that of a deleted one',
    )
    .option('--act <act>', 'this act, such as login.refused')
    .option('--actor <actor>', 'by cli, system, anonymous, account:<id>, admin:<account id> or client:<id>')
    .addOption(new Option('--outcome <outcome>', 'ended so').choices(['done', 'refused']))
    .option('--from <time>', 'at this time or later: 2026-11-01, or 2026-11-01T12:00:00Z')
    .option('--to <time>', 'before this time')
    .option('--id <id>', 'the event of this id, or those of the request with this id')
}

/** @throws CommandError `invalid_option` */
export async function readSearch(installation: Installation, options: SearchOptions): Promise<AuditSearch> {
  const { account, act, actor, outcome, from, to, id } = options
  return {
    ...{ act, actor, outcome, id },
    accountId: account === undefined ? undefined : await readAccount(installation, account),
    from: readTime('--from', from),
    to: readTime('--to', to),
  }
}

/** Of an account that is gone the id alone is known. */
async function readAccount({ database }: Installation, name: string): Promise<string> {
  const found = (await findAccountByLoginName(database.read, name)) ?? (await findAccount(database.read, name))
  return found?.id ?? name
}

function readTime(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const isTime = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/.test(text)
  const moment = isTime ? Date.parse(text) : Number.NaN
  if (!Number.isNaN(moment)) return moment
  throw new CommandError(
    'invalid_option',
    `${option} takes a day such as 2026-11-01, or a time such as 2026-11-01T12:00:00Z.`,
    2,
  )
}
