import { getAccount } from '../accounts/get-account.ts'
import { listIdentifiers } from '../accounts/list-identifiers.ts'
import { deleteAccount } from '../accounts/mark-deletion.ts'
import { type KeptData, writeMoment } from './kept-data.ts'

/** The account itself: what goes last, so that its names are taken until nothing of it is left. */
export const keptAccount: KeptData = {
  tables: ['account', 'account_identifier', 'account_role'],
  given: [
    {
      member: 'account',
      async one(sql, accountId) {
        const account = await getAccount(sql, accountId)
        const { id, username, email, emailVerifiedAt, roles, createdAt, disabledAt, deleteAfter } = account
        return {
          ...{ id, username, email: email ?? null, roles, created_at: writeMoment(createdAt) },
          email_verified_at: writeMoment(emailVerifiedAt),
          disabled_at: writeMoment(disabledAt),
          delete_after: writeMoment(deleteAfter),
        }
      },
    },
    {
      member: 'identifiers',
      async *many(sql, accountId) {
        yield* await listIdentifiers(sql, accountId)
      },
    },
  ],
  async purged(tx, accountId) {
    await deleteAccount(tx, accountId)
    return undefined
  },
}
