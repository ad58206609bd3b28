import type { Queries } from '../../platform/database/database.ts'
import type { Sealer } from '../../platform/sealing/sealing.ts'
import type { CodePurpose } from '../mails/mail.ts'
import { toChallenge } from './challenge-payload.ts'
import { isSameHash, parseChallengeSecret } from './challenge-secret.ts'
import type { EmailChallenge } from './email-challenge.ts'
import { selectChallenge } from './email-challenge-store.ts'

export interface OpenChallenge {
  readonly state: 'open'
  readonly challenge: EmailChallenge
  /** What was presented: the link's secret, or what its code has given where it began. */
  readonly by: 'link' | 'code'
}

export interface OverChallenge {
  readonly state: 'used' | 'over' | 'unknown'
  /** Where the browser that it began in goes on. Absent for the link, which may be opened in another one. */
  readonly returnTo?: string | undefined
}

export type FoundChallenge = OpenChallenge | OverChallenge

/** The same challenge once somebody was faster, or its account has changed. */
export function overMeanwhile(open: OpenChallenge): OverChallenge {
  return { state: 'over', returnTo: open.by === 'code' ? open.challenge.payload.returnTo : undefined }
}

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
  const by = isLink ? 'link' : 'code'
  const isOpen = row.used_at === null && row.expires_at > now
  if (isOpen) return { state: 'open', challenge: toChallenge(sealer, row), by }
  // What is over stays known for longer than an old secret need be kept.
  const isReadable = by === 'code' && sealer.knows(row.sealed_payload)
  const returnTo = isReadable ? toChallenge(sealer, row).payload.returnTo : undefined
  return { state: row.used_at === null ? 'over' : 'used', returnTo }
}
