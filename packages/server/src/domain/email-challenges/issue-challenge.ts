import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Transaction } from '../../platform/database/database.ts'
import type { Language } from '../../platform/html/language.ts'
import { randomId } from '../../platform/random/random.ts'
import type { Sealer } from '../../platform/sealing/sealing.ts'
import type { Actor } from '../audit/audit-event.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { leaveMail } from '../mails/leave-mail.ts'
import type { CodePurpose, Mail } from '../mails/mail.ts'
import { formatTypedCode, makeTypedCode } from '../one-time/typed-code.ts'
import { sealPayload } from './challenge-payload.ts'
import { hashCode, makeChallengeSecret } from './challenge-secret.ts'
import type { ChallengePayload, EmailChallenge } from './email-challenge.ts'
import { insertChallenge } from './email-challenge-store.ts'

const MINUTE_MS = 60_000
/** What lets somebody in is good for as long as somebody waits for it; what only shows that an address is theirs, for a day. */
const lifetimeMinutes: Readonly<Record<CodePurpose, number>> = {
  recover: 15,
  log_in: 15,
  sign_up: 24 * 60,
  verify_email: 24 * 60,
  change_email: 24 * 60,
}

export interface ChallengeToIssue {
  readonly purpose: CodePurpose
  /** What the address is compared by. */
  readonly email: string
  readonly accountId: string | undefined
  readonly payload: ChallengePayload
  /** The absolute URL of the page that the link opens; the secret is added as `?secret=`. */
  readonly linkUrl: string
  readonly language: Language
  readonly network: string
  /** Who asks for it. Default: somebody who has not proved who they are. */
  readonly actor?: Actor
  /** What is mailed in place of the code, at the same cost; `nothing`: the mail is withheld. Absent: the code is. */
  readonly instead?: 'nothing' | { readonly recipient: string; readonly mail: Mail } | undefined
}

/**
 * Asks for a proof of an address: leaves a mail with a code and a link. Rows, audit event and mail are the same whether somebody can read it
 * or not. Whether it may be asked for (throttle) is asked before.
 */
export async function issueChallenge(
  tx: Transaction,
  sealer: Sealer,
  asked: ChallengeToIssue,
): Promise<EmailChallenge> {
  const { purpose, accountId, payload, linkUrl, language, network, instead, actor = 'anonymous' } = asked
  const minutes = lifetimeMinutes[purpose]
  const { challenge, code, secret } = await keepChallenge(tx, sealer, asked, tx.now + minutes * MINUTE_MS)
  const url = `${linkUrl}?secret=${secret}`
  const mail: Mail = { kind: 'code', purpose, code: formatTypedCode(code), url, lifetimeMinutes: minutes }
  const told = typeof instead === 'object' ? instead : { recipient: payload.email, mail }
  await leaveMail(tx, sealer, { ...told, language, network, isWithheld: instead === 'nothing' })
  const detail = { purpose }
  await recordAuditEvent(tx, { act: 'email_challenge.issued', actor, outcome: 'done', accountId, network, detail })
  return challenge
}

/** Writes a challenge down. Its code, and the secret of its link, are known to the caller alone. */
export async function keepChallenge(
  tx: Transaction,
  sealer: Sealer,
  { purpose, email, accountId, payload }: Pick<ChallengeToIssue, 'purpose' | 'email' | 'accountId' | 'payload'>,
  expiresAt: EpochMilliseconds,
): Promise<{ readonly challenge: EmailChallenge; readonly code: string; readonly secret: string }> {
  const id = randomId()
  const code = makeTypedCode()
  const link = makeChallengeSecret(id)
  await insertChallenge(tx.sql, {
    ...{ id, purpose, email, account_id: accountId ?? null, sealed_payload: sealPayload(sealer, id, payload) },
    ...{ link_hash: link.hash, code_hash: hashCode(id, code), proof_hash: null, wrong_codes: 0 },
    ...{ expires_at: expiresAt, used_at: null },
  })
  return { challenge: { id, purpose, email, accountId, payload, expiresAt }, code, secret: link.text }
}
