import { apiSecretPurpose } from '../apis/open-api-secret.ts'
import { AUDIT_KEY_PURPOSE } from '../audit-tree/audit-key.ts'
import { privateKeyPurpose } from '../keys/signing-key.ts'
import { refreshKeyPurpose } from '../refresh-keys/refresh-key-ring.ts'
import { SETUP_CODE_PURPOSE } from '../setup/issue-setup-code.ts'
import { totpPurpose } from '../totp/totp.ts'
import { upstreamSecretPurpose } from '../upstreams/upstream-secret.ts'
import { webhookSecretPurpose } from '../webhooks/webhook.ts'

/** A column that holds sealed texts for as long as its row stands. */
export interface SealedColumn {
  readonly table: string
  /** The table's primary key. */
  readonly key: string
  readonly column: string
  /** What a sealed text was sealed for, by its row's key. */
  readonly purposeOf: (key: string) => string
}

export const sealedColumns: readonly SealedColumn[] = [
  { table: 'signing_key', key: 'kid', column: 'sealed_private_key', purposeOf: privateKeyPurpose },
  { table: 'refresh_key', key: 'id', column: 'sealed_key', purposeOf: refreshKeyPurpose },
  { table: 'audit_key', key: 'id', column: 'sealed_key', purposeOf: () => AUDIT_KEY_PURPOSE },
  { table: 'api', key: 'audience', column: 'sealed_secret', purposeOf: apiSecretPurpose },
  { table: 'upstream', key: 'id', column: 'sealed_secret', purposeOf: upstreamSecretPurpose },
  { table: 'webhook', key: 'id', column: 'sealed_secret', purposeOf: webhookSecretPurpose },
  { table: 'webhook', key: 'id', column: 'sealed_old_secret', purposeOf: webhookSecretPurpose },
  { table: 'setup_code', key: 'id', column: 'sealed_code', purposeOf: () => SETUP_CODE_PURPOSE },
  { table: 'totp', key: 'account_id', column: 'sealed_secret', purposeOf: totpPurpose },
]

/** Columns whose rows are gone within a day or two by themselves. */
export const passingColumns: readonly string[] = ['mail.sealed', 'email_challenge.sealed_payload']
