import type { EpochMilliseconds } from '../../platform/clock/clock.ts'

/** What can be done here that somebody may ask about later. One word for each act, never renamed. */
export type AuditedAct =
  | 'account.created'
  | 'account.data_exported'
  | 'account.deleted'
  | 'account.deletion_cancelled'
  | 'account.deletion_requested'
  | 'account.disabled'
  | 'account.email_changed'
  | 'account.email_unverified'
  | 'account.email_verified'
  | 'account.enabled'
  | 'account.imported'
  | 'account.locked'
  | 'account.logged_out'
  | 'account.profile_updated'
  | 'account.recovered'
  | 'account.role_added'
  | 'account.role_removed'
  | 'account.username_changed'
  | 'accounts.imported'
  | 'api.changed'
  | 'account.unlocked'
  | 'api.created'
  | 'api.deleted'
  | 'api_key.created'
  | 'api_key.revoked'
  | 'api_key.used'
  | 'assertion.used'
  | 'audit.broken'
  | 'audit.event_missing'
  | 'audit.exported'
  | 'audit.forgotten'
  | 'audit_key.created'
  | 'authorization.denied'
  | 'authorization.granted'
  | 'authorization_code.reused'
  | 'client.changed'
  | 'client.created'
  | 'client.deleted'
  | 'client.document_read'
  | 'client.revoked'
  | 'client.secret_ended'
  | 'client.secret_rotated'
  | 'configuration.applied'
  | 'consent.granted'
  | 'consent.withdrawn'
  | 'device.forgotten'
  | 'device.remembered'
  | 'device_authorization.denied'
  | 'device_authorization.granted'
  | 'email_challenge.issued'
  | 'email_challenge.refused'
  | 'everything.revoked'
  | 'factor.added'
  | 'factor.refused'
  | 'factor.removed'
  | 'factor.used'
  | 'federated_identity.linked'
  | 'federated_identity.unlinked'
  | 'feed.rewound'
  | 'impersonation.continued'
  | 'impersonation.ended'
  | 'impersonation.started'
  | 'invitation.created'
  | 'invitation.used'
  | 'installation.backed_up'
  | 'installation.exported'
  | 'installation.imported'
  | 'installation.restored'
  | 'invitation.accepted'
  | 'invitation.declined'
  | 'invitation.revoked'
  | 'invitation.sent'
  | 'issuer.distrusted'
  | 'issuer.trusted'
  | 'login.refused'
  | 'login.succeeded'
  | 'logout_notice.delivered'
  | 'logout_notice.failed'
  | 'mail.failed'
  | 'passkey.added'
  | 'passkey.removed'
  | 'passkey.renamed'
  | 'passkey.resumed'
  | 'passkey.suspended'
  | 'mail.throttled'
  | 'member.added'
  | 'member.removed'
  | 'member.roles_changed'
  | 'organization.created'
  | 'organization.deleted'
  | 'organization.disabled'
  | 'organization.enabled'
  | 'organization.updated'
  | 'password.rehashed'
  | 'password.removed'
  | 'password.set'
  | 'recovery_codes.made'
  | 'refresh_key.created'
  | 'registration_token.created'
  | 'registration_token.revoked'
  | 'role.changed'
  | 'role.created'
  | 'role.deleted'
  | 'role.factor_required'
  | 'session.ended'
  | 'session.foreign_key'
  | 'session.history_lost'
  | 'session.opened'
  | 'session.organization_changed'
  | 'session.refresh_reused'
  | 'setup.code_issued'
  | 'setup.completed'
  | 'setup.refused'
  | 'signing_key.activated'
  | 'secret.resealed'
  | 'signing_key.compromised'
  | 'signing_key.created'
  | 'signing_key.retired'
  | 'signing_key.retiring'
  | 'token.exchanged'
  | 'token.issued'
  | 'token.refused'
  | 'token.revoked'
  | 'upstream.created'
  | 'upstream.removed'
  | 'webhook.created'
  | 'webhook.deleted'
  | 'webhook.disabled'
  | 'webhook.enabled'
  | 'webhook.replayed'
  | 'webhook.secret_rotated'
  | 'webhook.tested'
  | 'webhook.updated'

/**
 * Who did it. `anonymous` is somebody who has not proved who they are; `system` is a schedule; `account` is a person for themselves, `admin` one
 * through the admin API, `client` a program.
 */
export type Actor = 'anonymous' | 'cli' | 'system' | `account:${string}` | `admin:${string}` | `client:${string}`

/** Facts beside the columns, such as the private reason of a refusal. Never a password, token, cookie or key. */
export type AuditDetail = Readonly<Record<string, string | number | boolean | null | readonly string[]>>

/** What the caller tells of one event; the time and the id come from its transaction. */
export interface AuditEntry {
  readonly act: AuditedAct
  readonly actor: Actor
  readonly outcome: 'done' | 'refused'
  readonly accountId?: string | undefined
  readonly sessionId?: string | undefined
  readonly clientId?: string | undefined
  /** As `parseNetwork` groups it: an IPv4 address or an IPv6 /64. Absent: that of the transaction's origin. */
  readonly network?: string | undefined
  /** The id of the request, by which its log line is found. Absent: that of the transaction's origin. */
  readonly incidentId?: string | undefined
  readonly detail?: AuditDetail | undefined
}

export interface AuditEvent extends AuditEntry {
  /** A UUIDv7 of the time. */
  readonly id: string
  readonly at: EpochMilliseconds
  readonly detail: AuditDetail
}

/** An event with what the tree holds of it. */
export interface SealedEvent extends AuditEvent {
  /** 16 bytes in base64url; undefined when the private part was erased. */
  readonly salt: string | undefined
  /** What the private part is, or was: `commitPrivatePart`. */
  readonly commitment: string
}
