/** What webhooks are told of: audited acts, under their own names, and the test. Closed: a new one is a new word here. Never renamed. */
export type WebhookEventType =
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
  | 'account.locked'
  | 'account.logged_out'
  | 'account.profile_updated'
  | 'account.recovered'
  | 'account.role_added'
  | 'account.role_removed'
  | 'account.unlocked'
  | 'account.username_changed'
  | 'api.changed'
  | 'api.created'
  | 'api.deleted'
  | 'api_key.created'
  | 'api_key.revoked'
  | 'authorization_code.reused'
  | 'client.changed'
  | 'client.created'
  | 'client.deleted'
  | 'client.revoked'
  | 'client.secret_ended'
  | 'client.secret_rotated'
  | 'consent.granted'
  | 'consent.withdrawn'
  | 'everything.revoked'
  | 'factor.added'
  | 'factor.removed'
  | 'federated_identity.linked'
  | 'federated_identity.unlinked'
  | 'impersonation.ended'
  | 'impersonation.started'
  | 'invitation.accepted'
  | 'invitation.declined'
  | 'invitation.revoked'
  | 'invitation.sent'
  | 'issuer.distrusted'
  | 'issuer.trusted'
  | 'login.succeeded'
  | 'member.added'
  | 'member.removed'
  | 'member.roles_changed'
  | 'organization.created'
  | 'organization.deleted'
  | 'organization.disabled'
  | 'organization.enabled'
  | 'organization.updated'
  | 'passkey.added'
  | 'passkey.removed'
  | 'passkey.resumed'
  | 'passkey.suspended'
  | 'password.removed'
  | 'password.set'
  | 'recovery_codes.made'
  | 'role.changed'
  | 'role.created'
  | 'role.deleted'
  | 'role.factor_required'
  | 'session.ended'
  | 'session.foreign_key'
  | 'session.opened'
  | 'session.organization_changed'
  | 'session.refresh_reused'
  | 'signing_key.activated'
  | 'signing_key.compromised'
  | 'signing_key.created'
  | 'signing_key.retired'
  | 'signing_key.retiring'
  | 'token.revoked'
  | 'upstream.created'
  | 'upstream.removed'
  | 'webhook.created'
  | 'webhook.deleted'
  | 'webhook.disabled'
  | 'webhook.enabled'
  | 'webhook.secret_rotated'
  | 'webhook.test'
  | 'webhook.updated'

/** What `data` may say, beside `actor`. Ids and words of ours alone: nothing that a person typed. */
export type WebhookDataMember =
  | 'account_id'
  | 'api_key_id'
  | 'audience'
  | 'client_id'
  | 'delete_after'
  | 'factor'
  | 'invitation_id'
  | 'issuer'
  | 'kid'
  | 'organization_id'
  | 'role'
  | 'roles'
  | 'session_id'
  | 'upstream_id'
  | 'webhook_id'

export const dataMembers: Readonly<Record<WebhookDataMember, string>> = {
  account_id: 'the account that it is about: `sub` of its tokens',
  api_key_id: 'the API key: `sid` of its tokens',
  audience: 'the API',
  client_id: 'the client',
  delete_after: 'when the account goes, as RFC 3339 text',
  factor: 'the kind of the second factor',
  invitation_id: 'the invitation',
  issuer: 'the issuer whose word is taken for clients',
  kid: 'the signing key, as the JWKS names it',
  organization_id: 'the organization: `org_id` of its tokens',
  role: 'the role',
  roles: 'the roles that there are now',
  session_id: 'the session: `sid` of its tokens',
  upstream_id: 'the provider that people log in with',
  webhook_id: 'the webhook',
}

export interface WebhookEventDescription {
  readonly meaning: string
  readonly members: readonly WebhookDataMember[]
}

const account = ['account_id'] as const
const session = ['account_id', 'client_id', 'session_id'] as const
const organization = ['organization_id'] as const
const member = ['account_id', 'organization_id', 'roles'] as const
const invitation = ['invitation_id', 'organization_id'] as const

/** Each type, in words, with what its `data` may say. */
export const webhookEventTypes: Readonly<Record<WebhookEventType, WebhookEventDescription>> = {
  'account.created': { meaning: 'an account was made', members: ['account_id', 'roles'] },
  'account.data_exported': { meaning: 'a person took a copy of their data', members: session },
  'account.deleted': { meaning: 'an account is gone: delete what you keep of it', members: account },
  'account.deletion_cancelled': { meaning: 'an account that was to be deleted is kept', members: account },
  'account.deletion_requested': { meaning: 'an account is to be deleted', members: ['account_id', 'delete_after'] },
  'account.disabled': { meaning: 'an operator shut an account', members: account },
  'account.email_changed': { meaning: 'an account has another e-mail address, or none', members: account },
  'account.email_unverified': { meaning: 'an operator says that an e-mail address is not proved', members: account },
  'account.email_verified': { meaning: 'a person proved their e-mail address', members: account },
  'account.enabled': { meaning: 'an operator opened an account again', members: account },
  'account.locked': { meaning: 'an account was locked by a link "This wasn’t me"', members: account },
  'account.logged_out': { meaning: 'every session of an account was ended', members: account },
  'account.profile_updated': { meaning: 'claims of a person changed', members: account },
  'account.recovered': { meaning: 'a person got in again by mail', members: account },
  'account.role_added': { meaning: 'an account has a role more', members: ['account_id', 'role'] },
  'account.role_removed': { meaning: 'an account has a role less', members: ['account_id', 'role'] },
  'account.unlocked': { meaning: 'a locked account is open again', members: account },
  'account.username_changed': { meaning: 'an account has another user name', members: account },
  'api.changed': { meaning: 'an API was changed', members: ['audience'] },
  'api.created': { meaning: 'an API was registered', members: ['audience'] },
  'api.deleted': { meaning: 'an API is gone; its sessions and keys end', members: ['audience'] },
  'api_key.created': { meaning: 'an API key was made', members: ['account_id', 'client_id', 'api_key_id', 'audience'] },
  'api_key.revoked': { meaning: 'an API key was revoked', members: ['account_id', 'client_id', 'api_key_id'] },
  'authorization_code.reused': {
    meaning: 'a code was used twice; what came of it was revoked (RFC 6749 §4.1.2)',
    members: session,
  },
  'client.changed': { meaning: 'a client was changed', members: ['client_id'] },
  'client.created': { meaning: 'a client was registered', members: ['client_id'] },
  'client.deleted': { meaning: 'a client is gone, and everything of it', members: ['client_id'] },
  'client.revoked': { meaning: 'everything of a client was revoked', members: ['client_id'] },
  'client.secret_ended': {
    meaning: 'the secret of a client before its current one is good no more',
    members: ['client_id'],
  },
  'client.secret_rotated': { meaning: 'a client has another secret', members: ['client_id'] },
  'consent.granted': {
    meaning: 'a person allowed a client something',
    members: ['account_id', 'client_id', 'audience'],
  },
  'consent.withdrawn': {
    meaning: 'a person took back what a client was allowed',
    members: ['account_id', 'client_id'],
  },
  'everything.revoked': { meaning: 'every session and token of everybody was revoked', members: [] },
  'factor.added': { meaning: 'a person has a second factor more', members: ['account_id', 'factor'] },
  'factor.removed': { meaning: 'a person has a second factor less', members: ['account_id', 'factor'] },
  'federated_identity.linked': { meaning: 'a person can log in by a provider', members: account },
  'federated_identity.unlinked': { meaning: 'a person can no longer log in by a provider', members: account },
  'impersonation.ended': { meaning: 'an administrator acts as a person no longer', members: session },
  'impersonation.started': {
    meaning: 'an administrator acts as a person; `actor` is who',
    members: [...session, 'audience'],
  },
  'invitation.accepted': { meaning: 'somebody joined by an invitation', members: ['account_id', ...invitation] },
  'invitation.declined': { meaning: 'somebody declined an invitation', members: invitation },
  'invitation.revoked': { meaning: 'an invitation was taken back', members: invitation },
  'invitation.sent': { meaning: 'somebody was invited to an organization', members: [...invitation, 'roles'] },
  'issuer.distrusted': { meaning: 'an issuer’s word is no longer taken', members: ['issuer'] },
  'issuer.trusted': { meaning: 'an issuer’s word is taken for a client', members: ['issuer', 'client_id'] },
  'login.succeeded': { meaning: 'a person logged in', members: ['account_id', 'client_id'] },
  'member.added': { meaning: 'an organization has a member more', members: member },
  'member.removed': { meaning: 'an organization has a member less', members: ['account_id', 'organization_id'] },
  'member.roles_changed': { meaning: 'a member has other roles', members: member },
  'organization.created': { meaning: 'an organization was made', members: organization },
  'organization.deleted': { meaning: 'an organization was deleted', members: organization },
  'organization.disabled': { meaning: 'nobody can act for an organization for now', members: organization },
  'organization.enabled': { meaning: 'people can act for an organization again', members: organization },
  'organization.updated': { meaning: 'an organization has another name', members: organization },
  'passkey.added': { meaning: 'a person has a passkey more', members: account },
  'passkey.removed': { meaning: 'a person has a passkey less', members: account },
  'passkey.resumed': { meaning: 'a suspended passkey works again', members: account },
  'passkey.suspended': { meaning: 'a passkey works no more until its person allows it', members: account },
  'password.removed': { meaning: 'an account has no password any more', members: account },
  'password.set': { meaning: 'an account has a new password', members: account },
  'recovery_codes.made': { meaning: 'a person has new recovery codes', members: account },
  'role.changed': { meaning: 'a role permits something else', members: ['role', 'audience'] },
  'role.created': { meaning: 'a role was declared', members: ['role'] },
  'role.deleted': { meaning: 'a role is gone', members: ['role'] },
  'role.factor_required': { meaning: 'a role requires a second factor, or none any more', members: ['role'] },
  'session.ended': {
    meaning: 'a session was ended; of `account.logged_out` there is one event for all',
    members: session,
  },
  'session.foreign_key': { meaning: 'a refresh token came without the key that it is bound to', members: session },
  'session.opened': { meaning: 'a session was opened', members: session },
  'session.organization_changed': {
    meaning: 'a session is for another organization, or for none',
    members: [...session, 'organization_id'],
  },
  'session.refresh_reused': { meaning: 'a used refresh token came again: the session was ended', members: session },
  'signing_key.activated': { meaning: 'a key signs from now on', members: ['kid'] },
  'signing_key.compromised': { meaning: 'a key is no longer trusted by anybody', members: ['kid'] },
  'signing_key.created': { meaning: 'a key was made, and is published', members: ['kid'] },
  'signing_key.retired': { meaning: 'a key is gone', members: ['kid'] },
  'signing_key.retiring': { meaning: 'a key signs no more, and still verifies', members: ['kid'] },
  'token.revoked': { meaning: 'a single access token was revoked', members: session },
  'upstream.created': { meaning: 'a provider to log in with was added', members: ['upstream_id'] },
  'upstream.removed': { meaning: 'a provider to log in with was removed', members: ['upstream_id'] },
  'webhook.created': { meaning: 'a webhook was made', members: ['webhook_id'] },
  'webhook.deleted': { meaning: 'a webhook is gone', members: ['webhook_id'] },
  'webhook.disabled': { meaning: 'a webhook gets nothing any more until somebody enables it', members: ['webhook_id'] },
  'webhook.enabled': { meaning: 'a webhook gets again what it asked for', members: ['webhook_id'] },
  'webhook.secret_rotated': { meaning: 'a webhook has a new secret', members: ['webhook_id'] },
  'webhook.test': {
    meaning: 'an operator tries the webhook; it comes to any, whatever it asked for',
    members: ['webhook_id'],
  },
  'webhook.updated': { meaning: 'a webhook has another address, or asks for other events', members: ['webhook_id'] },
}
