import { createHash } from 'node:crypto'
import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries, Transaction } from '../../platform/database/database.ts'
import { chooseLanguage } from '../../platform/html/choose-language.ts'
import type { Language } from '../../platform/html/language.ts'
import type { Sealer } from '../../platform/sealing/sealing.ts'
import { canonicalLoginName } from '../accounts/canonical-login-name.ts'
import { getAccount } from '../accounts/get-account.ts'
import { issueOneTime } from '../one-time/one-time.ts'
import { findProfile } from '../profiles/find-profile.ts'
import { leaveMail } from './leave-mail.ts'
import type { NoticeKind } from './mail.ts'

const LOCK_LIFETIME_MS = 7 * 86_400_000

export interface NoticeDeps {
  readonly sealer: Sealer
  /** The absolute URL of the page that locks an account; the secret is added as `?secret=`. */
  readonly lockUrl: string
}

/** Who does what a notice tells, as far as their request shows it. */
export interface Doer {
  readonly network: string
  readonly userAgent: string | undefined
  /** Of their browser: the mail is in it where the account's profile names no language of ours. */
  readonly language: Language
}

export interface Notice extends Omit<Doer, 'network'> {
  /** Absent: the person is not told where and with what, since it was somebody else. */
  readonly network: string | undefined
  /** Why, in the words of who did it. Absent: nobody was asked. */
  readonly reason?: string | undefined
  readonly accountId: string
  readonly notice: NoticeKind
  /** Default: the account's own address. */
  readonly recipient?: string | undefined
  /** When the account goes. Absent: it stays, or goes at once. */
  readonly deleteAfter?: EpochMilliseconds | undefined
}

/** What the link of a notice locks, as it rests under its secret. */
export interface LockPayload {
  readonly accountId: string
  /** What the mail told. */
  readonly notice: NoticeKind
  /** Of the address that it was sent to: whoever opens the link reads mail there. No address rests here, since the account may go before the link does. */
  readonly recipientHash: string
}

/** Whether the mail of a link went to this address. */
export function isRecipient({ recipientHash }: LockPayload, address: string): boolean {
  return hashAddress(address) === recipientHash
}

function hashAddress(address: string): string {
  return createHash('sha256').update(canonicalLoginName(address)).digest('base64url')
}

/** Where nothing was done to the account, or by whom the operator lets do it, there is nothing to lock. */
const WITHOUT_LOCK: ReadonlySet<NoticeKind> = new Set(['account_exists', 'impersonated'])

/** Tells a person by mail what happened to their account, with a link that locks it. Nothing is sent where no address is known. */
export async function leaveNotice(tx: Transaction, { sealer, lockUrl }: NoticeDeps, told: Notice): Promise<void> {
  const { accountId, notice, network, userAgent, deleteAfter, reason } = told
  const account = await getAccount(tx.sql, accountId)
  const recipient = told.recipient ?? account.email
  if (recipient === undefined) return
  const payload: LockPayload = { accountId, notice, recipientHash: hashAddress(recipient) }
  const secret = WITHOUT_LOCK.has(notice)
    ? undefined
    : await issueOneTime(tx, { kind: 'account_lock', payload, lifetimeMilliseconds: LOCK_LIFETIME_MS })
  const url = secret === undefined ? undefined : `${lockUrl}?secret=${secret}`
  const what = { username: account.username, userAgent, network, at: tx.now, lockUrl: url, deleteAfter, reason }
  const language = await chooseMailLanguage(tx.sql, told)
  await leaveMail(tx, sealer, { recipient, accountId, language, mail: { kind: 'notice', notice, ...what } })
}

async function chooseMailLanguage(sql: Queries, { accountId, language }: Notice): Promise<Language> {
  const locale = (await findProfile(sql, accountId))?.profile.locale
  return locale === undefined ? language : chooseLanguage(`${locale},${language}`)
}
