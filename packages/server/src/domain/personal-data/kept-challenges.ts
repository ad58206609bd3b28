import { forgetChallenges, listKnownChallenges } from '../email-challenges/forget-challenges.ts'
import { type KeptData, purgeAtOnce, writeMoment } from './kept-data.ts'

/** Which codes were mailed lately, and where to; never the code. */
export const keptChallenges: KeptData = {
  tables: ['email_challenge'],
  given: [
    {
      member: 'mailed_codes',
      async *many(sql, accountId) {
        for (const { purpose, email, expiresAt, usedAt } of await listKnownChallenges(sql, accountId))
          yield { purpose, email, expires_at: writeMoment(expiresAt), used_at: writeMoment(usedAt) }
      },
    },
  ],
  purged: purgeAtOnce(forgetChallenges),
}
