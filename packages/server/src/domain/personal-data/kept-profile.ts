import { findProfile } from '../profiles/find-profile.ts'
import { forgetProfile } from '../profiles/forget-profile.ts'
import { type KeptData, purgeAtOnce, writeMoment } from './kept-data.ts'

/** What is known of the person, as the claims that apps may get. */
export const keptProfile: KeptData = {
  tables: ['account_profile'],
  given: [
    {
      member: 'profile',
      async one(sql, accountId) {
        const stored = await findProfile(sql, accountId)
        return stored ? { ...stored.profile, updated_at: writeMoment(stored.updatedAt) } : null
      },
    },
  ],
  purged: purgeAtOnce(forgetProfile),
}
