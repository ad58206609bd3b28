/**
 * Where a table's rows would lie if the schema were spread over several nodes of PostgreSQL:
 *
 * - `spread`: by a hash of one column. Columns of one `group` hold the same values, so rows with the same value lie on the same node.
 * - `everywhere`: small and seldom written; every node has a copy.
 * - `one-node`: what is numbered, counted or queued for all: its rows lie on one node.
 */
export type Distribution =
  | { readonly kind: 'spread'; readonly column: string; readonly group: string }
  | { readonly kind: 'everywhere' | 'one-node' }

const everywhere: Distribution = { kind: 'everywhere' }
const oneNode: Distribution = { kind: 'one-node' }

/** The distribution key of each table. A test holds it to the schema: every unique constraint of a table that is spread contains its key. */
export const distribution: Readonly<Record<string, Distribution>> = {
  account: byAccount('id'),
  account_identifier: byItself('account_identifier', 'value'),
  account_profile: byAccount(),
  account_role: byAccount(),
  role: everywhere,
  role_permission: everywhere,
  outdated_claims: oneNode,
  organization: everywhere,
  organization_slug: everywhere,
  membership: byAccount(),
  membership_role: byAccount(),
  invitation: byItself('invitation'),
  upstream: everywhere,
  federated_identity: byItself('federated_identity', 'subject'),
  password: byAccount(),
  totp: byAccount(),
  recovery_code: byAccount(),
  remembered_device: byItself('remembered_device'),
  passkey: byItself('passkey', 'credential_id'),
  passkey_user: byAccount(),
  throttle: byItself('throttle', 'key'),
  client: everywhere,
  catalogue: everywhere,
  trusted_issuer: everywhere,
  trusted_subject: everywhere,
  registration_token: everywhere,
  api: everywhere,
  outlived_lifetime: everywhere,
  api_key: byItself('api_key'),
  signing_key: everywhere,
  signing_key_schedule: everywhere,
  refresh_key: everywhere,
  refresh_key_head: everywhere,
  // Whoever refreshes has the session's id alone, and refreshing is what happens most.
  session: byItself('session'),
  logout_notice: byItself('logout_notice'),
  mail: byItself('mail'),
  mail_budget: byItself('mail_budget', 'key'),
  known_device: byAccount(),
  one_time: byItself('one_time'),
  setup_code: oneNode,
  idempotency_key: byItself('idempotency_key'),
  email_challenge: byItself('email_challenge'),
  authorization_request: byItself('authorization_request'),
  // Found by two secrets, each unique: what the device holds, and what the person types.
  device_authorization: oneNode,
  consent: byAccount(),
  // The feed is one sequence: docs/guide/sharding.md says what becomes of it.
  feed_head: oneNode,
  feed_record: oneNode,
  feed_guard: oneNode,
  // Read by every refresh and every login, written by revocations alone.
  revocation_mark: everywhere,
  declaration_lease: oneNode,
  import_position: oneNode,
  webhook: everywhere,
  webhook_subscription: everywhere,
  webhook_message: byItself('webhook_message'),
  webhook_delivery: { kind: 'spread', column: 'message_id', group: 'webhook_message' },
  webhook_attempt: byItself('webhook_attempt'),
  statistic: oneNode,
  audit_event: byItself('audit_event'),
  audit_pending: { kind: 'spread', column: 'event_id', group: 'audit_event' },
  // The tree is one sequence as well.
  audit_leaf: oneNode,
  audit_subtree: oneNode,
  audit_head: oneNode,
  audit_key: everywhere,
}

function byAccount(column = 'account_id'): Distribution {
  return { kind: 'spread', column, group: 'account' }
}

/** By what its rows are found by, which nothing else has. */
function byItself(group: string, column = 'id'): Distribution {
  return { kind: 'spread', column, group }
}
