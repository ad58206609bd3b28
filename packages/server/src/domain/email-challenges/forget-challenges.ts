import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries, Transaction } from '../../platform/database/database.ts'
import type { CodePurpose } from '../mails/mail.ts'
import { deleteChallengesOf, selectChallengesOf } from './email-challenge-store.ts'

/** A code that was mailed for an account, without the code. */
export interface KnownChallenge {
  readonly purpose: CodePurpose
  readonly email: string
  readonly expiresAt: EpochMilliseconds
  readonly usedAt: EpochMilliseconds | undefined
}

/** All of an account that are still known. */
export async function listKnownChallenges(sql: Queries, accountId: string): Promise<readonly KnownChallenge[]> {
  return (await selectChallengesOf(sql, accountId)).map(({ purpose, email, expires_at, used_at }) => ({
    ...{ purpose, email, expiresAt: expires_at },
    usedAt: used_at ?? undefined,
  }))
}

/** Forgets those of an account that is purged. */
export async function forgetChallenges(tx: Transaction, accountId: string): Promise<void> {
  await deleteChallengesOf(tx.sql, accountId)
}
