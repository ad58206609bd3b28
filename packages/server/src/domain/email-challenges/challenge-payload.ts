import type { Sealer } from '../../platform/sealing/sealing.ts'
import type { ChallengePayload, EmailChallenge } from './email-challenge.ts'
import type { ChallengeRow } from './email-challenge-store.ts'

export function sealPayload(sealer: Sealer, id: string, payload: ChallengePayload): string {
  return sealer.seal(Buffer.from(JSON.stringify(payload)), `email_challenge ${id}`)
}

export function toChallenge(sealer: Sealer, row: ChallengeRow): EmailChallenge {
  return {
    id: row.id,
    purpose: row.purpose,
    email: row.email,
    accountId: row.account_id ?? undefined,
    payload: JSON.parse(sealer.open(row.sealed_payload, `email_challenge ${row.id}`).toString()),
    expiresAt: row.expires_at,
  }
}
