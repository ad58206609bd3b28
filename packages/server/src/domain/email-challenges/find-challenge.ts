import type { Queries } from '../../platform/database/database.ts'
import type { Sealer } from '../../platform/sealing/sealing.ts'
import type { CodePurpose } from '../mails/mail.ts'
import { toChallenge } from './challenge-payload.ts'
import { isSameHash, parseChallengeSecret } from './challenge-secret.ts'
import type { EmailChallenge } from './email-challenge.ts'
import { selectChallenge } from './email-challenge-store.ts'

export type FoundChallenge =
  | {
      readonly state: 'open'
      readonly challenge: EmailChallenge
      /** What was presented: the link's secret, or what its code has given where it began. */
      readonly by: 'link' | 'code'
    }
  | { readonly state: 'used' | 'over' | 'unknown' }

/** Looks at the challenge of a link's secret, or of the proof that its code gave, without using it. Any text may be given. */
export async function findChallenge(
  sql: Queries,
  sealer: Sealer,
  {
    secret,
    purposes,
    now,
  }: { readonly secret: string; readonly purposes: readonly CodePurpose[]; readonly now: number },
): Promise<FoundChallenge> {
  const parsed = parseChallengeSecret(secret)
  const row = parsed && (await selectChallenge(sql, parsed.id))
  if (!parsed || !row || !purposes.includes(row.purpose)) return { state: 'unknown' }
  const isLink = isSameHash(parsed.hash, row.link_hash)
  if (!isLink && !isSameHash(parsed.hash, row.proof_hash)) return { state: 'unknown' }
  if (row.used_at !== null) return { state: 'used' }
  if (row.expires_at <= now) return { state: 'over' }
  return { state: 'open', challenge: toChallenge(sealer, row), by: isLink ? 'link' : 'code' }
}
