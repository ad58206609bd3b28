import { createHmac, randomBytes } from 'node:crypto'

const SECRET_BYTES = 32
const PREFIX = 'whsec_'

/** What a receiver verifies messages by: `whsec_` and base64, as Standard Webhooks writes it. */
export function makeWebhookSecret(): string {
  return `${PREFIX}${randomBytes(SECRET_BYTES).toString('base64')}`
}

export interface SignedContent {
  readonly id: string
  /** Of this attempt. */
  readonly timestampSeconds: number
  readonly body: string
}

/**
 * The header `webhook-signature`: one signature by each secret, so that a receiver may know either of them.
 *
 * @see Standard Webhooks, "Signature scheme"
 */
export function signWebhook(secrets: readonly string[], { id, timestampSeconds, body }: SignedContent): string {
  const content = `${id}.${timestampSeconds}.${body}`
  return secrets
    .map((secret) => Buffer.from(secret.slice(PREFIX.length), 'base64'))
    .map((key) => `v1,${createHmac('sha256', key).update(content).digest('base64')}`)
    .join(' ')
}
