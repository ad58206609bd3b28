import type { Migration } from '../../platform/database/migration.ts'

/**
 * No foreign keys between tables: each table's primary key can be its distribution key (design: storage).
 * An account's identifiers (user name, e-mail address) have a table of their own for the same reason.
 */
export const initial: Migration = {
  version: 1,
  name: 'initial',
  kind: 'expand',
  statements: [
    `CREATE TABLE account (
      id TEXT COLLATE BINARY PRIMARY KEY,
      username TEXT NOT NULL,
      email TEXT,
      email_verified_at BIGINT,
      created_at BIGINT NOT NULL,
      disabled_at BIGINT,
      locked_at BIGINT,
      delete_after BIGINT,
      purge_started_at BIGINT
    )`,
    `CREATE INDEX account_by_deletion ON account (delete_after) WHERE delete_after IS NOT NULL`,
    `CREATE INDEX account_by_creation ON account (created_at, id)`,
    `CREATE INDEX account_disabled ON account (created_at, id) WHERE disabled_at IS NOT NULL`,
    `CREATE INDEX account_locked ON account (created_at, id) WHERE locked_at IS NOT NULL`,
    `CREATE INDEX account_deleting ON account (created_at, id) WHERE delete_after IS NOT NULL`,
    `CREATE TABLE account_identifier (
      value TEXT COLLATE BINARY PRIMARY KEY,
      account_id TEXT NOT NULL
    )`,
    `CREATE INDEX account_identifier_by_account ON account_identifier (account_id)`,
    `CREATE TABLE account_profile (
      account_id TEXT PRIMARY KEY,
      claims TEXT NOT NULL,
      updated_at BIGINT NOT NULL
    )`,
    // Joined with account, whose ids sort so: PostgreSQL uses no index where two columns that are compared sort differently.
    `CREATE TABLE account_role (
      account_id TEXT COLLATE BINARY NOT NULL,
      role TEXT NOT NULL,
      PRIMARY KEY (account_id, role)
    )`,
    `CREATE INDEX account_role_by_role ON account_role (role, account_id)`,
    `CREATE TABLE role (
      name TEXT PRIMARY KEY,
      description TEXT,
      required_acr TEXT,
      is_for_organizations BIGINT NOT NULL,
      created_at BIGINT NOT NULL,
      ended_at BIGINT
    )`,
    `INSERT INTO role (name, description, is_for_organizations, created_at)
      VALUES ('admin', 'Administers this server', 0, 0), ('owner', 'Owns the organization', 1, 0)`,
    `CREATE TABLE role_permission (
      role TEXT NOT NULL,
      audience TEXT NOT NULL,
      permission TEXT NOT NULL,
      PRIMARY KEY (role, audience, permission)
    )`,
    `CREATE INDEX role_permission_by_permission ON role_permission (audience, permission)`,
    `CREATE TABLE outdated_claims (
      id TEXT PRIMARY KEY,
      account_id TEXT,
      role TEXT,
      after_account_id TEXT NOT NULL
    )`,
    `CREATE TABLE organization (
      id TEXT PRIMARY KEY,
      slug TEXT NOT NULL,
      name TEXT NOT NULL,
      created_at BIGINT NOT NULL,
      disabled_at BIGINT
    )`,
    `CREATE INDEX organization_by_creation ON organization (created_at, id)`,
    `CREATE TABLE organization_slug (
      slug TEXT PRIMARY KEY,
      organization_id TEXT NOT NULL
    )`,
    `CREATE TABLE membership (
      organization_id TEXT NOT NULL,
      account_id TEXT NOT NULL,
      joined_at BIGINT NOT NULL,
      invited_as TEXT,
      PRIMARY KEY (organization_id, account_id)
    )`,
    `CREATE INDEX membership_by_account ON membership (account_id)`,
    `CREATE TABLE membership_role (
      organization_id TEXT NOT NULL,
      account_id TEXT NOT NULL,
      role TEXT NOT NULL,
      PRIMARY KEY (organization_id, account_id, role)
    )`,
    `CREATE INDEX membership_role_by_organization ON membership_role (organization_id, role)`,
    `CREATE INDEX membership_role_by_role ON membership_role (role, account_id)`,
    `CREATE TABLE invitation (
      id TEXT PRIMARY KEY,
      organization_id TEXT NOT NULL,
      secret_hash TEXT NOT NULL,
      email TEXT NOT NULL,
      canonical_email TEXT NOT NULL,
      roles TEXT NOT NULL,
      created_at BIGINT NOT NULL,
      sent_at BIGINT NOT NULL,
      mails BIGINT NOT NULL,
      expires_at BIGINT NOT NULL,
      closed_at BIGINT
    )`,
    `CREATE INDEX invitation_by_organization ON invitation (organization_id)`,
    `CREATE INDEX invitation_by_email ON invitation (canonical_email)`,
    `CREATE INDEX invitation_by_expiry ON invitation (expires_at)`,
    `CREATE TABLE upstream (
      id TEXT PRIMARY KEY,
      name TEXT NOT NULL,
      issuer TEXT NOT NULL UNIQUE,
      kind TEXT NOT NULL,
      client_id TEXT NOT NULL,
      sealed_secret TEXT,
      apple_team_id TEXT,
      apple_key_id TEXT,
      scopes TEXT NOT NULL,
      is_email_trusted BIGINT NOT NULL,
      opens_accounts BIGINT NOT NULL,
      created_at BIGINT NOT NULL
    )`,
    `CREATE TABLE federated_identity (
      issuer TEXT NOT NULL,
      subject TEXT NOT NULL,
      account_id TEXT NOT NULL,
      linked_at BIGINT NOT NULL,
      last_used_at BIGINT NOT NULL,
      PRIMARY KEY (issuer, subject)
    )`,
    `CREATE INDEX federated_identity_by_account ON federated_identity (account_id)`,
    `CREATE TABLE password (
      account_id TEXT PRIMARY KEY,
      hash TEXT NOT NULL,
      set_at BIGINT NOT NULL
    )`,
    `CREATE TABLE totp (
      account_id TEXT PRIMARY KEY,
      sealed_secret TEXT NOT NULL,
      last_step BIGINT NOT NULL,
      created_at BIGINT NOT NULL
    )`,
    `CREATE TABLE recovery_code (
      account_id TEXT NOT NULL,
      code_hash TEXT NOT NULL,
      created_at BIGINT NOT NULL,
      PRIMARY KEY (account_id, code_hash)
    )`,
    `CREATE TABLE remembered_device (
      id TEXT PRIMARY KEY,
      account_id TEXT NOT NULL,
      secret_hash TEXT NOT NULL,
      user_agent TEXT,
      network TEXT NOT NULL,
      created_at BIGINT NOT NULL,
      expires_at BIGINT NOT NULL
    )`,
    `CREATE INDEX remembered_device_by_account ON remembered_device (account_id)`,
    `CREATE INDEX remembered_device_by_expiry ON remembered_device (expires_at)`,
    `CREATE TABLE passkey (
      credential_id TEXT PRIMARY KEY,
      id TEXT NOT NULL,
      account_id TEXT NOT NULL,
      public_key TEXT NOT NULL,
      sign_count BIGINT NOT NULL,
      transports TEXT NOT NULL,
      is_backup_eligible BIGINT NOT NULL,
      is_backed_up BIGINT NOT NULL,
      is_user_verified BIGINT NOT NULL,
      aaguid TEXT NOT NULL,
      name TEXT NOT NULL,
      created_at BIGINT NOT NULL,
      used_at BIGINT,
      suspended_at BIGINT
    )`,
    `CREATE INDEX passkey_by_account ON passkey (account_id)`,
    `CREATE TABLE passkey_user (
      account_id TEXT PRIMARY KEY,
      handle TEXT NOT NULL
    )`,
    `CREATE TABLE throttle (
      key TEXT PRIMARY KEY,
      failures BIGINT NOT NULL,
      last_failure_at BIGINT NOT NULL,
      forget_at BIGINT NOT NULL
    )`,
    `CREATE INDEX throttle_by_forgetting ON throttle (forget_at)`,
    `CREATE TABLE client (
      id TEXT COLLATE BINARY PRIMARY KEY,
      name TEXT COLLATE BINARY NOT NULL,
      type TEXT NOT NULL,
      secret_hash TEXT,
      secret_set_at BIGINT,
      previous_secret_hash TEXT,
      previous_secret_until BIGINT,
      redirect_uris TEXT NOT NULL,
      grants TEXT NOT NULL,
      scopes TEXT NOT NULL,
      idle_milliseconds BIGINT NOT NULL,
      absolute_milliseconds BIGINT NOT NULL,
      is_first_party BIGINT NOT NULL,
      id_token_algorithm TEXT NOT NULL,
      post_logout_redirect_uris TEXT NOT NULL,
      userinfo_algorithm TEXT,
      backchannel_logout TEXT,
      keys TEXT,
      is_dpop_required BIGINT NOT NULL,
      is_push_required BIGINT NOT NULL,
      required_acr TEXT,
      created_at BIGINT NOT NULL,
      document_fresh_until BIGINT,
      registered_by TEXT,
      agreed_at BIGINT,
      ended_at BIGINT
    )`,
    `CREATE INDEX client_by_document ON client (document_fresh_until) WHERE document_fresh_until IS NOT NULL`,
    `CREATE INDEX client_unused ON client (created_at) WHERE registered_by IS NOT NULL AND agreed_at IS NULL`,
    `CREATE INDEX client_ended ON client (ended_at) WHERE ended_at IS NOT NULL`,
    `CREATE TABLE trusted_issuer (
      issuer TEXT PRIMARY KEY,
      keys TEXT NOT NULL,
      created_at BIGINT NOT NULL
    )`,
    `CREATE TABLE trusted_subject (
      issuer TEXT NOT NULL,
      subject TEXT NOT NULL,
      client_id TEXT NOT NULL,
      PRIMARY KEY (issuer, subject)
    )`,
    `CREATE INDEX client_by_registrant ON client (registered_by, created_at)`,
    `CREATE TABLE registration_token (
      id TEXT PRIMARY KEY,
      token_hash TEXT NOT NULL UNIQUE,
      grants TEXT NOT NULL,
      scopes TEXT NOT NULL,
      uses_left BIGINT NOT NULL,
      created_at BIGINT NOT NULL,
      expires_at BIGINT NOT NULL
    )`,
    `CREATE TABLE api (
      audience TEXT PRIMARY KEY,
      name TEXT NOT NULL,
      scopes TEXT NOT NULL,
      scope_descriptions TEXT NOT NULL,
      permissions TEXT NOT NULL,
      lifetime_seconds BIGINT NOT NULL,
      algorithm TEXT NOT NULL,
      required_acr TEXT,
      sealed_secret TEXT,
      created_at BIGINT NOT NULL,
      ended_at BIGINT
    )`,
    `CREATE TABLE catalogue (
      id TEXT PRIMARY KEY,
      version TEXT NOT NULL
    )`,
    `INSERT INTO catalogue (id, version) VALUES ('current', 'as migrated')`,
    `CREATE TABLE outlived_lifetime (
      id TEXT PRIMARY KEY,
      until BIGINT NOT NULL
    )`,
    `INSERT INTO outlived_lifetime (id, until) VALUES ('the longest', 0)`,
    `INSERT INTO api (audience, name, scopes, scope_descriptions, permissions, lifetime_seconds, algorithm, created_at)
      VALUES ('urn:ostiary:admin', 'Admin API', '[]', '{}', '[]', 150, 'ES256', 0)`,
    `CREATE TABLE api_key (
      id TEXT PRIMARY KEY,
      secret_hash TEXT NOT NULL,
      account_id TEXT,
      client_id TEXT NOT NULL,
      name TEXT NOT NULL,
      audience TEXT NOT NULL,
      scopes TEXT NOT NULL,
      created_at BIGINT NOT NULL,
      expires_at BIGINT,
      used_at BIGINT,
      revoked_at BIGINT
    )`,
    `CREATE INDEX api_key_by_account ON api_key (account_id)`,
    `CREATE INDEX api_key_by_client ON api_key (client_id)`,
    `CREATE INDEX api_key_by_revocation ON api_key (revoked_at) WHERE revoked_at IS NOT NULL`,
    `CREATE INDEX api_key_by_expiry ON api_key (expires_at) WHERE expires_at IS NOT NULL`,
    `CREATE TABLE signing_key (
      kid TEXT PRIMARY KEY,
      algorithm TEXT NOT NULL,
      state TEXT NOT NULL,
      public_jwk TEXT NOT NULL,
      sealed_private_key TEXT,
      created_at BIGINT NOT NULL,
      state_since BIGINT NOT NULL
    )`,
    `CREATE TABLE signing_key_schedule (
      id TEXT PRIMARY KEY,
      advanced_at BIGINT NOT NULL
    )`,
    `INSERT INTO signing_key_schedule (id, advanced_at) VALUES ('the schedule', 0)`,
    `CREATE TABLE refresh_key (
      id TEXT PRIMARY KEY,
      sealed_key TEXT NOT NULL,
      created_at BIGINT NOT NULL
    )`,
    `CREATE TABLE refresh_key_head (
      id TEXT PRIMARY KEY,
      key_id TEXT NOT NULL
    )`,
    `INSERT INTO refresh_key_head (id, key_id) VALUES ('the head', '')`,
    `CREATE TABLE session (
      id TEXT PRIMARY KEY,
      account_id TEXT NOT NULL,
      client_id TEXT NOT NULL,
      cookie_hash TEXT,
      audience TEXT,
      scopes TEXT NOT NULL,
      user_agent TEXT,
      network TEXT NOT NULL,
      created_at BIGINT NOT NULL,
      used_at BIGINT NOT NULL,
      idle_milliseconds BIGINT NOT NULL,
      absolute_end BIGINT NOT NULL,
      expires_at BIGINT NOT NULL,
      ended_at BIGINT,
      generation BIGINT NOT NULL,
      rotated_at BIGINT NOT NULL,
      refresh_key_id TEXT,
      dpop_jkt TEXT,
      parent_id TEXT,
      authenticated_at BIGINT NOT NULL,
      methods TEXT NOT NULL,
      organization_id TEXT,
      impersonator_id TEXT,
      impersonation_reason TEXT
    )`,
    `CREATE INDEX session_by_impersonator ON session (impersonator_id) WHERE impersonator_id IS NOT NULL`,
    `CREATE INDEX session_by_organization ON session (organization_id) WHERE organization_id IS NOT NULL`,
    `CREATE INDEX session_by_account ON session (account_id, created_at, id)`,
    `CREATE INDEX session_by_client ON session (client_id, created_at, id)`,
    `CREATE INDEX session_by_creation ON session (created_at, id)`,
    `CREATE INDEX session_by_parent ON session (parent_id)`,
    `CREATE INDEX session_by_expiry ON session (expires_at, ended_at, created_at)`,
    `CREATE TABLE logout_notice (
      id TEXT PRIMARY KEY,
      client_id TEXT NOT NULL,
      account_id TEXT NOT NULL,
      session_id TEXT NOT NULL,
      attempts BIGINT NOT NULL,
      next_attempt_at BIGINT NOT NULL,
      expires_at BIGINT NOT NULL
    )`,
    `CREATE INDEX logout_notice_by_attempt ON logout_notice (next_attempt_at)`,
    `CREATE INDEX logout_notice_by_expiry ON logout_notice (expires_at)`,
    `CREATE TABLE mail (
      id TEXT PRIMARY KEY,
      language TEXT NOT NULL,
      sealed TEXT NOT NULL,
      attempts BIGINT NOT NULL,
      next_attempt_at BIGINT,
      created_at BIGINT NOT NULL,
      expires_at BIGINT NOT NULL
    )`,
    `CREATE INDEX mail_by_attempt ON mail (next_attempt_at)`,
    `CREATE INDEX mail_by_expiry ON mail (expires_at)`,
    `CREATE TABLE mail_budget (
      key TEXT PRIMARY KEY,
      spent_until BIGINT NOT NULL
    )`,
    `CREATE INDEX mail_budget_by_end ON mail_budget (spent_until)`,
    `CREATE TABLE known_device (
      account_id TEXT NOT NULL,
      mark TEXT NOT NULL,
      seen_at BIGINT NOT NULL,
      forget_at BIGINT,
      PRIMARY KEY (account_id, mark)
    )`,
    `CREATE INDEX known_device_by_forgetting ON known_device (forget_at) WHERE forget_at IS NOT NULL`,
    `CREATE TABLE one_time (
      id TEXT PRIMARY KEY,
      kind TEXT NOT NULL,
      payload TEXT NOT NULL,
      expires_at BIGINT NOT NULL,
      used_at BIGINT,
      outcome TEXT
    )`,
    `CREATE INDEX one_time_by_expiry ON one_time (expires_at)`,
    `CREATE TABLE setup_code (
      id TEXT PRIMARY KEY,
      code_hash TEXT NOT NULL,
      sealed_code TEXT NOT NULL,
      issued_at BIGINT NOT NULL,
      expires_at BIGINT NOT NULL
    )`,
    `CREATE TABLE idempotency_key (
      id TEXT PRIMARY KEY,
      request_hash TEXT NOT NULL,
      status BIGINT NOT NULL,
      location TEXT,
      body TEXT NOT NULL,
      expires_at BIGINT NOT NULL
    )`,
    `CREATE INDEX idempotency_key_by_expiry ON idempotency_key (expires_at)`,
    `CREATE TABLE email_challenge (
      id TEXT PRIMARY KEY,
      purpose TEXT NOT NULL,
      email TEXT NOT NULL,
      account_id TEXT,
      sealed_payload TEXT NOT NULL,
      link_hash TEXT NOT NULL,
      code_hash TEXT NOT NULL,
      proof_hash TEXT,
      wrong_codes BIGINT NOT NULL,
      expires_at BIGINT NOT NULL,
      used_at BIGINT
    )`,
    `CREATE INDEX email_challenge_by_account ON email_challenge (account_id)`,
    `CREATE INDEX email_challenge_by_expiry ON email_challenge (expires_at)`,
    `CREATE TABLE authorization_request (
      id TEXT PRIMARY KEY,
      client_id TEXT NOT NULL,
      request TEXT NOT NULL,
      pushed_until BIGINT,
      shown_at BIGINT,
      expires_at BIGINT NOT NULL,
      answered_at BIGINT,
      organization_id TEXT
    )`,
    `CREATE INDEX authorization_request_by_expiry ON authorization_request (expires_at)`,
    `CREATE TABLE device_authorization (
      id TEXT PRIMARY KEY,
      user_code_hash TEXT NOT NULL,
      client_id TEXT NOT NULL,
      audience TEXT NOT NULL,
      scopes TEXT NOT NULL,
      network TEXT NOT NULL,
      user_agent TEXT,
      state TEXT NOT NULL,
      expires_at BIGINT NOT NULL,
      interval_seconds BIGINT NOT NULL,
      polled_at BIGINT,
      decided_at BIGINT,
      account_id TEXT,
      authenticated_at BIGINT,
      methods TEXT,
      browser_session_id TEXT
    )`,
    `CREATE UNIQUE INDEX device_authorization_by_user_code ON device_authorization (user_code_hash)`,
    `CREATE INDEX device_authorization_by_network ON device_authorization (network)`,
    `CREATE INDEX device_authorization_by_expiry ON device_authorization (expires_at)`,
    `CREATE TABLE consent (
      account_id TEXT NOT NULL,
      client_id TEXT NOT NULL,
      audience TEXT NOT NULL,
      organization_id TEXT NOT NULL,
      scopes TEXT NOT NULL,
      granted_at BIGINT NOT NULL,
      PRIMARY KEY (account_id, client_id, audience, organization_id)
    )`,
    `CREATE TABLE feed_head (
      id TEXT PRIMARY KEY,
      feed_id TEXT NOT NULL,
      seq BIGINT NOT NULL,
      chain TEXT NOT NULL,
      forgotten_seq BIGINT NOT NULL
    )`,
    `INSERT INTO feed_head (id, feed_id, seq, chain, forgotten_seq)
      VALUES ('the head', '', 0, 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', 0)`,
    `CREATE TABLE feed_record (
      seq BIGINT PRIMARY KEY,
      line TEXT NOT NULL,
      chain TEXT NOT NULL,
      forget_at BIGINT NOT NULL,
      created_at BIGINT NOT NULL
    )`,
    `CREATE INDEX feed_record_by_forgetting ON feed_record (forget_at)`,
    `CREATE TABLE feed_guard (
      id TEXT PRIMARY KEY,
      client_id TEXT NOT NULL,
      name TEXT NOT NULL,
      seq BIGINT NOT NULL,
      acknowledged_at BIGINT NOT NULL,
      checkpoint TEXT
    )`,
    `CREATE TABLE revocation_mark (
      subject TEXT PRIMARY KEY,
      moment BIGINT NOT NULL,
      forget_at BIGINT
    )`,
    `CREATE INDEX revocation_mark_by_forgetting ON revocation_mark (forget_at)`,
    `CREATE TABLE declaration_lease (
      id TEXT PRIMARY KEY,
      holder TEXT NOT NULL,
      ends_at BIGINT NOT NULL
    )`,
    `CREATE TABLE import_position (
      id TEXT PRIMARY KEY,
      kind TEXT NOT NULL,
      file_offset BIGINT NOT NULL,
      lines BIGINT NOT NULL,
      created BIGINT NOT NULL,
      refused BIGINT NOT NULL,
      report_bytes BIGINT NOT NULL,
      started_at BIGINT NOT NULL,
      ended_at BIGINT
    )`,
    `CREATE TABLE webhook (
      id TEXT PRIMARY KEY,
      url TEXT NOT NULL,
      description TEXT NOT NULL,
      sealed_secret TEXT NOT NULL,
      sealed_old_secret TEXT,
      old_secret_until BIGINT,
      created_at BIGINT NOT NULL,
      disabled_at BIGINT,
      disabled_because TEXT,
      failing_since BIGINT
    )`,
    `CREATE TABLE webhook_subscription (
      pattern TEXT NOT NULL,
      webhook_id TEXT NOT NULL,
      is_enabled BIGINT NOT NULL,
      PRIMARY KEY (pattern, webhook_id)
    )`,
    `CREATE TABLE webhook_message (
      id TEXT PRIMARY KEY,
      type TEXT NOT NULL,
      at BIGINT NOT NULL,
      data TEXT NOT NULL
    )`,
    `CREATE INDEX webhook_message_by_time ON webhook_message (at)`,
    `CREATE TABLE webhook_delivery (
      webhook_id TEXT NOT NULL,
      message_id TEXT NOT NULL,
      attempts BIGINT NOT NULL,
      next_attempt_at BIGINT,
      delivered_at BIGINT,
      PRIMARY KEY (webhook_id, message_id)
    )`,
    `CREATE INDEX webhook_delivery_by_attempt ON webhook_delivery (webhook_id, next_attempt_at)`,
    `CREATE INDEX webhook_delivery_by_message ON webhook_delivery (message_id)`,
    `CREATE TABLE webhook_attempt (
      id TEXT PRIMARY KEY,
      webhook_id TEXT NOT NULL,
      message_id TEXT NOT NULL,
      at BIGINT NOT NULL,
      milliseconds BIGINT NOT NULL,
      status BIGINT,
      answer TEXT NOT NULL,
      failure TEXT
    )`,
    `CREATE INDEX webhook_attempt_by_message ON webhook_attempt (message_id, webhook_id)`,
    `CREATE INDEX webhook_attempt_by_time ON webhook_attempt (at)`,
    `CREATE TABLE statistic (
      resolution TEXT NOT NULL,
      at BIGINT NOT NULL,
      name TEXT NOT NULL,
      value BIGINT NOT NULL,
      PRIMARY KEY (resolution, at, name)
    )`,
    `CREATE TABLE audit_event (
      id TEXT PRIMARY KEY,
      at BIGINT NOT NULL,
      act TEXT NOT NULL,
      actor TEXT NOT NULL,
      outcome TEXT NOT NULL,
      account_id TEXT,
      session_id TEXT,
      client_id TEXT,
      network TEXT,
      incident_id TEXT,
      detail TEXT NOT NULL,
      salt TEXT,
      commitment TEXT NOT NULL
    )`,
    `CREATE INDEX audit_event_by_account ON audit_event (account_id, at, id)`,
    `CREATE INDEX audit_event_by_time ON audit_event (at, id)`,
    `CREATE INDEX audit_event_by_act ON audit_event (act, at, id)`,
    `CREATE INDEX audit_event_by_actor ON audit_event (actor, at, id)`,
    `CREATE INDEX audit_event_by_incident ON audit_event (incident_id) WHERE incident_id IS NOT NULL`,
    `CREATE TABLE audit_pending (
      event_id TEXT PRIMARY KEY
    )`,
    `CREATE TABLE audit_leaf (
      leaf_index BIGINT PRIMARY KEY,
      event_id TEXT NOT NULL UNIQUE,
      hash TEXT NOT NULL
    )`,
    `CREATE TABLE audit_subtree (
      level BIGINT NOT NULL,
      position BIGINT NOT NULL,
      hash TEXT NOT NULL,
      PRIMARY KEY (level, position)
    )`,
    `CREATE TABLE audit_head (
      id TEXT PRIMARY KEY,
      size BIGINT NOT NULL,
      peaks TEXT NOT NULL,
      checkpoint TEXT NOT NULL,
      forgotten_size BIGINT NOT NULL
    )`,
    `INSERT INTO audit_head (id, size, peaks, checkpoint, forgotten_size) VALUES ('the head', 0, '', '', 0)`,
    `CREATE TABLE audit_key (
      id TEXT PRIMARY KEY,
      origin TEXT NOT NULL,
      sealed_key TEXT NOT NULL,
      created_at BIGINT NOT NULL
    )`,
  ],
}
