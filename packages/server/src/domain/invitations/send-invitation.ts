import type { Transaction } from '../../platform/database/database.ts'
import type { Language } from '../../platform/html/language.ts'
import { randomId } from '../../platform/random/random.ts'
import type { Sealer } from '../../platform/sealing/sealing.ts'
import { canonicalLoginName } from '../accounts/canonical-login-name.ts'
import type { Email } from '../accounts/parse-email.ts'
import type { Actor } from '../audit/audit-event.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { leaveMail } from '../mails/leave-mail.ts'
import { type GivableRoles, lockGivenRoles } from '../memberships/organization-roles.ts'
import { lockOrganization } from '../organizations/lock-organization.ts'
import type { Organization } from '../organizations/organization.ts'
import { INVITATION_LIFETIME_DAYS, type Invitation } from './invitation.ts'
import { issueInvitationSecret } from './invitation-secret.ts'
import { countMails, insertInvitation, selectOpenOf, updateInvitation } from './invitation-store.ts'

const DAY_MS = 86_400_000
/** Between two mails of one invitation. */
const RESEND_MS = 60_000
/** Of all organizations together, so that nobody's mailbox is filled through us. */
const MOST_MAILS_A_DAY = 10
const MOST_OPEN = 500

export interface InvitationDeps {
  readonly sealer: Sealer
  /** The absolute URL of the page that shows an invitation; the secret is added as `?secret=`. */
  readonly invitationUrl: string
}

export interface WantedInvitation {
  readonly organizationId: string
  readonly email: Email
  readonly roles: readonly string[]
  readonly language: Language
  readonly actor: Actor
}

export type SentInvitation =
  | { readonly ok: true; readonly invitation: Invitation }
  | {
      readonly ok: false
      readonly reason: 'unknown_organization' | 'too_soon' | 'too_many_mails' | 'too_many_invitations'
    }
  | Extract<GivableRoles, { ok: false }>

/**
 * Invites an address to an organization, whether there is an account of it or not: nobody learns which. An address that is invited already
 * gets another mail, with the roles of now; the link of the one before leads nowhere then.
 */
export async function sendInvitation(
  tx: Transaction,
  deps: InvitationDeps,
  wanted: WantedInvitation,
): Promise<SentInvitation> {
  const organization = await lockOrganization(tx, wanted.organizationId)
  if (!organization || organization.disabledAt !== undefined) return { ok: false, reason: 'unknown_organization' }
  const given = await lockGivenRoles(tx, wanted.roles)
  if (!given.ok) return given
  const { canonical } = wanted.email
  if ((await countMails(tx.sql, canonical, tx.now - DAY_MS)) >= MOST_MAILS_A_DAY)
    return { ok: false, reason: 'too_many_mails' }
  const open = await selectOpenOf(tx.sql, { organizationId: organization.id }, tx.now)
  const before = open.find(({ email }) => canonicalLoginName(email) === canonical)
  if (before && tx.now - before.sentAt < RESEND_MS) return { ok: false, reason: 'too_soon' }
  if (!before && open.length >= MOST_OPEN) return { ok: false, reason: 'too_many_invitations' }
  const invitation: Invitation = {
    id: before?.id ?? randomId(),
    organizationId: organization.id,
    email: wanted.email.text,
    roles: given.roles,
    createdAt: before?.createdAt ?? tx.now,
    sentAt: tx.now,
    mails: (before?.mails ?? 0) + 1,
    expiresAt: tx.now + INVITATION_LIFETIME_DAYS * DAY_MS,
  }
  await keepAndSend(tx, deps, { invitation, organization, isAgain: before !== undefined }, wanted)
  return { ok: true, invitation }
}

async function keepAndSend(
  tx: Transaction,
  { sealer, invitationUrl }: InvitationDeps,
  { invitation, organization, isAgain }: InvitationToKeep,
  { email, language, actor }: WantedInvitation,
): Promise<void> {
  const { text, hash: secretHash } = issueInvitationSecret(invitation.id)
  if (isAgain) await updateInvitation(tx.sql, invitation, secretHash)
  else await insertInvitation(tx.sql, invitation, { canonicalEmail: email.canonical, secretHash })
  const detail = { organization: organization.id, invitation: invitation.id, roles: invitation.roles }
  await recordAuditEvent(tx, { act: 'invitation.sent', actor, outcome: 'done', detail })
  const url = `${invitationUrl}?secret=${text}`
  const lifetimeDays = INVITATION_LIFETIME_DAYS
  const mail = { kind: 'invitation', url, organization: organization.name, lifetimeDays } as const
  await leaveMail(tx, sealer, { recipient: email.text, language, mail })
}

interface InvitationToKeep {
  readonly invitation: Invitation
  readonly organization: Organization
  readonly isAgain: boolean
}
