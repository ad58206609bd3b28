import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries } from '../../platform/database/database.ts'
import type { Invitation } from './invitation.ts'

interface InvitationRow {
  readonly id: string
  readonly organization_id: string
  /** Of the link of the latest mail: those before lead nowhere. */
  readonly secret_hash: string
  readonly email: string
  readonly canonical_email: string
  readonly roles: string
  readonly created_at: number
  readonly sent_at: number
  readonly mails: number
  readonly expires_at: number
  /** When it was accepted, declined or revoked. */
  readonly closed_at: number | null
}

type InvitationTables = { invitation: InvitationRow }

export interface StoredInvitation {
  readonly invitation: Invitation
  readonly secretHash: string
}

export async function insertInvitation(
  sql: Queries,
  { id, organizationId, email, roles, createdAt, sentAt, mails, expiresAt }: Invitation,
  { canonicalEmail, secretHash }: { readonly canonicalEmail: string; readonly secretHash: string },
): Promise<void> {
  const texts = { id, organization_id: organizationId, secret_hash: secretHash, email, canonical_email: canonicalEmail }
  const times = { created_at: createdAt, sent_at: sentAt, mails, expires_at: expiresAt, closed_at: null }
  await sql
    .withTables<InvitationTables>()
    .insertInto('invitation')
    .values({ ...texts, ...times, roles: roles.join(' ') })
    .execute()
}

/** Gives an open invitation another link, and with it another time and other roles. */
export async function updateInvitation(
  sql: Queries,
  { id, roles, sentAt, mails, expiresAt }: Invitation,
  secretHash: string,
): Promise<void> {
  await sql
    .withTables<InvitationTables>()
    .updateTable('invitation')
    .set({ roles: roles.join(' '), sent_at: sentAt, mails, expires_at: expiresAt, secret_hash: secretHash })
    .where('id', '=', id)
    .execute()
}

/** An invitation that can still be accepted. */
export async function selectOpen(
  sql: Queries,
  id: string,
  now: EpochMilliseconds,
): Promise<StoredInvitation | undefined> {
  const row = await sql
    .withTables<InvitationTables>()
    .selectFrom('invitation')
    .selectAll()
    .where('id', '=', id)
    .where('closed_at', 'is', null)
    .where('expires_at', '>', now)
    .executeTakeFirst()
  return row && { invitation: toInvitation(row), secretHash: row.secret_hash }
}

/** All that are open, of an organization or to an address, the oldest first. */
export async function selectOpenOf(
  sql: Queries,
  whose: { readonly organizationId: string } | { readonly canonicalEmail: string },
  now: EpochMilliseconds,
): Promise<Invitation[]> {
  const open = sql
    .withTables<InvitationTables>()
    .selectFrom('invitation')
    .selectAll()
    .where('closed_at', 'is', null)
    .where('expires_at', '>', now)
    .orderBy('created_at')
    .orderBy('id')
  const chosen =
    'organizationId' in whose
      ? open.where('organization_id', '=', whose.organizationId)
      : open.where('canonical_email', '=', whose.canonicalEmail)
  return (await chosen.execute()).map(toInvitation)
}

/** How many mails went to an address by invitations of which the latest went since a moment, open or not. */
export async function countMails(sql: Queries, canonicalEmail: string, since: EpochMilliseconds): Promise<number> {
  const rows = await sql
    .withTables<InvitationTables>()
    .selectFrom('invitation')
    .select('mails')
    .where('canonical_email', '=', canonicalEmail)
    .where('sent_at', '>', since)
    .execute()
  return rows.reduce((sum, { mails }) => sum + mails, 0)
}

/** Whether this call closed it: false when it was accepted, declined or revoked before, was sent anew since it was read, or has expired. */
export async function markClosed(
  sql: Queries,
  { id, sentAt }: Pick<Invitation, 'id' | 'sentAt'>,
  now: EpochMilliseconds,
): Promise<boolean> {
  const closed = await sql
    .withTables<InvitationTables>()
    .updateTable('invitation')
    .set({ closed_at: now })
    .where('id', '=', id)
    .where('sent_at', '=', sentAt)
    .where('closed_at', 'is', null)
    .where('expires_at', '>', now)
    .returning('id')
    .executeTakeFirst()
  return closed !== undefined
}

export async function deleteInvitationsOf(sql: Queries, organizationId: string): Promise<void> {
  const invitations = sql.withTables<InvitationTables>().deleteFrom('invitation')
  await invitations.where('organization_id', '=', organizationId).execute()
}

/** Deletes some; returns how many. */
export async function deleteExpired(sql: Queries, before: EpochMilliseconds, most: number): Promise<number> {
  const tables = sql.withTables<InvitationTables>()
  const some = tables.selectFrom('invitation').select('id').where('expires_at', '<', before).limit(most)
  const deleted = tables.deleteFrom('invitation').where('id', 'in', some).where('expires_at', '<', before)
  return Number((await deleted.executeTakeFirstOrThrow()).numDeletedRows)
}

function toInvitation(row: InvitationRow): Invitation {
  return {
    id: row.id,
    organizationId: row.organization_id,
    email: row.email,
    roles: row.roles === '' ? [] : row.roles.split(' '),
    createdAt: row.created_at,
    sentAt: row.sent_at,
    mails: row.mails,
    expiresAt: row.expires_at,
  }
}
