import { findPassword } from '../credentials/find-password.ts'
import { forgetPassword } from '../credentials/forget-password.ts'
import { type KeptData, purgeAtOnce, writeMoment } from './kept-data.ts'

/** That there is a password, and since when; never its hash. */
export const keptPassword: KeptData = {
  tables: ['password'],
  given: [
    {
      member: 'password',
      async one(sql, accountId) {
        const password = await findPassword(sql, accountId)
        return password ? { set_at: writeMoment(password.setAt) } : null
      },
    },
  ],
  purged: purgeAtOnce(forgetPassword),
}
