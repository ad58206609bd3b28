import type { Transaction } from '../../platform/database/database.ts'
import type { Account } from '../accounts/account.ts'
import { createAccount } from '../accounts/create-account.ts'
import { parseEmail } from '../accounts/parse-email.ts'
import type { Username } from '../accounts/parse-username.ts'
import { mayStillGive } from '../administration/may-still-give.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import type { PasswordHash } from '../credentials/password-hash.ts'
import { setPassword } from '../credentials/set-password.ts'
import type { EmailChallenge } from '../email-challenges/email-challenge.ts'
import { isChallengeOpen, useChallenge } from '../email-challenges/use-challenge.ts'
import { lockRole } from '../roles/lock-role.ts'
import { admitGuess } from '../throttle/admit-guess.ts'
import { countFailure } from '../throttle/record-failure.ts'
import { nameSubject } from '../throttle/throttle-subject.ts'

export interface SignUp {
  /** Proved. */
  readonly challenge: EmailChallenge
  readonly username: Username
  readonly hash: PasswordHash
  /** That the request came from. */
  readonly address: string | undefined
}

export type OpenedAccount =
  | { readonly ok: true; readonly account: Account }
  /** Used, too old, or the address has become somebody's meanwhile: then it is used up. */
  | { readonly ok: false; readonly reason: 'over' }
  /** The challenge stays, for another name. */
  | { readonly ok: false; readonly reason: 'taken' }
  | { readonly ok: false; readonly reason: 'throttled'; readonly retryAfterSeconds: number }

/** Opens the account of somebody who has proved its address, or was invited. Nothing is changed where it is refused, but names that are tried are counted. */
export async function openAccount(
  tx: Transaction,
  { challenge, username, hash, address }: SignUp,
): Promise<OpenedAccount> {
  const { email: text, isHandedOver } = challenge.payload
  if (!(await isChallengeOpen(tx, challenge))) return { ok: false, reason: 'over' }
  const subject = nameSubject(challenge.email, address)
  const admitted = await admitGuess(tx, subject)
  if (!admitted.ok) return { ...admitted, reason: 'throttled' }
  const parsed = parseEmail(text)
  if (!parsed.ok) return { ok: false, reason: 'over' }
  const roles = await lockInvitedRoles(tx, challenge.payload)
  const isEmailVerified = isHandedOver !== true
  const actor = 'anonymous'
  const created = await createAccount(tx, { username, email: parsed.email, isEmailVerified, roles, actor })
  if (!created.ok && created.reason === 'username_taken') {
    await countFailure(tx, subject)
    return { ok: false, reason: 'taken' }
  }
  await useChallenge(tx, challenge)
  if (!created.ok) return { ok: false, reason: 'over' }
  const { account } = created
  const isInvitation = challenge.payload.roles !== undefined
  await setPassword(tx, account.id, hash, `account:${account.id}`)
  if (isInvitation)
    await recordAuditEvent(tx, { act: 'invitation.used', actor, outcome: 'done', accountId: account.id })
  return { ok: true, account }
}

/** Those of an invitation that are still there, and that whoever invited may still give: else who has lost a role could have it back by a link. */
async function lockInvitedRoles(
  tx: Transaction,
  { roles: wanted = [], invitedBy }: EmailChallenge['payload'],
): Promise<readonly string[]> {
  const roles: string[] = []
  for (const role of wanted.toSorted()) if (await lockRole(tx, role)) roles.push(role)
  if (invitedBy === undefined || roles.length === 0) return roles
  return (await mayStillGive(tx, invitedBy, roles)) ? roles : []
}
