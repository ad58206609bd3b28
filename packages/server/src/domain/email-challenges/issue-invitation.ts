import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Transaction } from '../../platform/database/database.ts'
import type { Language } from '../../platform/html/language.ts'
import type { Sealer } from '../../platform/sealing/sealing.ts'
import type { Email } from '../accounts/parse-email.ts'
import type { Actor } from '../audit/audit-event.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { leaveMail } from '../mails/leave-mail.ts'
import { keepChallenge } from './issue-challenge.ts'

export const INVITATION_DAYS = 7

export interface InvitationToIssue {
  readonly email: Email
  /** As `parseRole` gives them. */
  readonly roles: readonly string[]
  /** The absolute URL of the page that opens an account; the secret is added as `?secret=`. */
  readonly linkUrl: string
  readonly language: Language
  /** Whether the inviter passes the link on instead of a mail: then opening it proves no address. */
  readonly isHandedOver: boolean
  /** The account of who may give its roles no longer than they may give them at all. Absent: an operator, who may. */
  readonly invitedBy?: string | undefined
  readonly actor: Actor
}

/** Invites somebody to open an account: a challenge that its addressee did not ask for. */
export async function issueInvitation(
  tx: Transaction,
  sealer: Sealer,
  asked: InvitationToIssue,
): Promise<{ readonly url: string; readonly expiresAt: EpochMilliseconds }> {
  const { email, roles, linkUrl, language, isHandedOver, invitedBy, actor } = asked
  const payload = { email: email.text, roles, isHandedOver, invitedBy }
  const kept = { purpose: 'sign_up', email: email.canonical, accountId: undefined, payload } as const
  const { secret, challenge } = await keepChallenge(tx, sealer, kept, tx.now + INVITATION_DAYS * 86_400_000)
  const url = `${linkUrl}?secret=${secret}`
  const mail = { kind: 'invitation', url, organization: undefined, lifetimeDays: INVITATION_DAYS } as const
  if (!isHandedOver) await leaveMail(tx, sealer, { recipient: email.text, language, mail })
  await recordAuditEvent(tx, { act: 'invitation.created', actor, outcome: 'done', detail: { roles, isHandedOver } })
  return { url, expiresAt: challenge.expiresAt }
}
