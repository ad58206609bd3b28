/** What may be left out of an export. */
export const leavableParts = ['sessions', 'audit'] as const
export type LeavablePart = (typeof leavableParts)[number]

/** A table whose rows an export has as they are. */
export interface ExportedTable {
  readonly table: string
  /** Its primary key: rows are read in its order. */
  readonly key: readonly string[]
  /** Absent: it is always exported. */
  readonly part?: LeavablePart
  /** For the reference. */
  readonly holds: string
}

/** How rows of an account stand in its record. */
export interface AccountPart {
  readonly table: string
  readonly member: string
  /**
   * - `texts`: the list of one column's values.
   * - `many`: a list of objects, one for each row.
   * - `one`: an object, or no member at all.
   * - `flat`: members of the account itself: the column named like `column` under the member's name, the others with the member's name before theirs.
   */
  readonly form: 'texts' | 'many' | 'one' | 'flat'
  /** For `texts`, and for `flat` where a column bears the member's own name. */
  readonly column?: string
  readonly holds: string
}

/** The tables that make up the record of an account, beside `account` itself. Each has a column `account_id`. */
export const accountParts: readonly AccountPart[] = [
  part(
    'account_identifier',
    'identifiers',
    'texts',
    'what may be typed to log in, in the form that is compared',
    'value',
  ),
  part('account_profile', 'profile', 'flat', 'standard claims of OpenID Connect Core §5.1', 'claims'),
  part('account_role', 'roles', 'texts', 'roles that the account has outside of organizations', 'role'),
  part(
    'password',
    'password',
    'flat',
    'the hash (docs/guide/import-passwords.md lists the forms) and when it was chosen',
  ),
  part('totp', 'totp', 'one', 'the authenticator app: its secret, sealed, and the step of the last code'),
  part('recovery_code', 'recovery_codes', 'many', 'hashes of recovery codes'),
  part('passkey', 'passkeys', 'many', 'public keys (COSE, base64url) of passkeys, with what is known of each'),
  part('passkey_user', 'passkey_user', 'one', 'the user handle that passkeys know the account by'),
  part('federated_identity', 'federated_identities', 'many', 'who the person is at other providers'),
  part('membership', 'memberships', 'many', 'organizations that the person belongs to'),
  part('membership_role', 'membership_roles', 'many', 'roles in these organizations'),
]

/** Every other table, in the order in which an export has them. A test holds both lists to the schema, so that no table is forgotten. */
export const exportedTables: readonly ExportedTable[] = [
  whole('api', ['audience'], 'registered APIs; the secret of one that signs by HS256 is sealed'),
  whole('outlived_lifetime', ['id'], 'by when the last token has expired whose API gives shorter ones by now'),
  whole('client', ['id'], 'registered clients, with hashes of their secrets'),
  whole('role', ['name'], 'declared roles'),
  whole('role_permission', ['role', 'audience', 'permission'], 'what roles permit'),
  whole('organization', ['id'], 'organizations'),
  whole('organization_slug', ['slug'], 'names of organizations that are taken'),
  whole('upstream', ['id'], 'providers that people may log in with; their secrets are sealed'),
  whole('trusted_issuer', ['issuer'], 'issuers whose word is taken for clients'),
  whole('trusted_subject', ['issuer', 'subject'], 'for which clients'),
  whole('registration_token', ['id'], 'hashes of the tokens that clients register with'),
  whole('signing_key', ['kid'], 'signing keys; private ones are sealed'),
  whole('signing_key_schedule', ['id'], 'when the keys were last looked at'),
  whole('refresh_key', ['id'], 'keys that refresh tokens are derived with, sealed'),
  whole('refresh_key_head', ['id'], 'which of them is the newest'),
  whole('invitation', ['id'], 'invitations to organizations, with hashes of their secrets'),
  whole('consent', ['account_id', 'client_id', 'audience', 'organization_id'], 'what people have allowed which client'),
  whole('api_key', ['id'], 'API keys, as hashes'),
  whole('remembered_device', ['id'], 'browsers that are not asked for a second factor'),
  whole('known_device', ['account_id', 'mark'], 'browsers in which an account was signed in to, as hashes'),
  whole('throttle', ['key'], 'failed logins that are still counted'),
  whole('mail', ['id'], 'mails on their way, sealed'),
  whole('webhook', ['id'], 'addresses that are told of events; their secrets are sealed'),
  whole('webhook_subscription', ['pattern', 'webhook_id'], 'what each of them asked for'),
  whole('webhook_message', ['id'], 'what they were told within 30 days, or are still to be told'),
  whole('webhook_delivery', ['webhook_id', 'message_id'], 'what became of that'),
  whole('webhook_attempt', ['id'], 'the log of attempts to tell them'),
  whole('mail_budget', ['key'], 'how many mails an address was sent'),
  whole('email_challenge', ['id'], 'codes and links in mails that were not used yet, as hashes'),
  whole('one_time', ['id'], 'things that can be used once, and that they were'),
  whole('idempotency_key', ['id'], 'answers of the Admin API that are kept for a day, for requests that come again'),
  whole('outdated_claims', ['id'], 'whose tokens are to be refreshed since their roles changed'),
  whole('feed_head', ['id'], 'how far the revocation feed has come'),
  whole('feed_record', ['seq'], 'records of the revocation feed'),
  whole('feed_guard', ['id'], 'what guards have acknowledged'),
  whole('revocation_mark', ['subject'], 'up to when tokens of whom were revoked'),
  leavable('sessions', 'session', ['id'], 'sessions: what refresh tokens and browsers are signed in by'),
  leavable('sessions', 'logout_notice', ['id'], 'what clients are still to be told of sessions that have ended'),
  leavable('sessions', 'authorization_request', ['id'], 'requests of clients that people have not answered yet'),
  leavable('sessions', 'device_authorization', ['id'], 'requests of devices that people have not answered yet'),
  leavable('audit', 'audit_event', ['id'], 'the audit log'),
  leavable('audit', 'audit_pending', ['event_id'], 'events that the tree over the audit log does not hold yet'),
  leavable('audit', 'audit_leaf', ['leaf_index'], 'the leaves of that tree'),
  leavable('audit', 'audit_subtree', ['level', 'position'], 'hashes over the leaves'),
  leavable('audit', 'audit_head', ['id'], 'how far the tree has come, signed'),
  leavable('audit', 'audit_key', ['id'], 'what it is signed with, sealed'),
]

/** Tables that stay where they are, each with the reason. */
export const unexportedTables: Readonly<Record<string, string>> = {
  catalogue: 'it says whether copies in the memory of servers of this very database are current',
  declaration_lease: 'it says who is applying a file at this moment',
  statistic: 'it says what the servers of this very database have done within thirty days',
  import_position: 'it says how far an import into this very database has come',
  setup_code: 'the code of a first run stands on the terminal of the server that it is for',
}

function part(table: string, member: string, form: AccountPart['form'], holds: string, column?: string): AccountPart {
  return {
    table,
    member,
    form,
    holds,
    ...(column === undefined ? {} : { column }),
  }
}

function whole(table: string, key: readonly string[], holds: string): ExportedTable {
  return { table, key, holds }
}

function leavable(part: LeavablePart, table: string, key: readonly string[], holds: string): ExportedTable {
  return { table, key, holds, part }
}
