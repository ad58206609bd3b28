import { Type } from 'typebox'
import type { Account } from '../../../domain/accounts/account.ts'
import { changeEmail } from '../../../domain/accounts/change-email.ts'
import { changeUsername } from '../../../domain/accounts/change-username.ts'
import { findAccount } from '../../../domain/accounts/find-account.ts'
import type { Email } from '../../../domain/accounts/parse-email.ts'
import { verifyEmail } from '../../../domain/accounts/verify-email.ts'
import type { Actor } from '../../../domain/audit/audit-event.ts'
import { endChallenges } from '../../../domain/email-challenges/end-challenges.ts'
import { updateProfile } from '../../../domain/profiles/update-profile.ts'
import type { Transaction } from '../../../platform/database/database.ts'
import { type AdminRoute, adminRoute } from '../admin-route.ts'
import { closed, text } from '../admin-schemas.ts'
import { requireMatch } from '../entity-tag.ts'
import { accountParams } from './account-params.ts'
import { accountSchema } from './account-schema.ts'
import { lockAccount } from './lock-account.ts'
import { invalid, profileChangeSchema, readEmail, readProfile, readUsername, taken } from './parse-account.ts'
import { readAccount } from './read-account.ts'

export const changeAccountRoute: AdminRoute = adminRoute({
  name: 'changeAccount',
  method: 'PATCH',
  path: '/accounts/{account_id}',
  permission: 'accounts:write',
  summary: 'Change an account',
  description:
    'What is left out stays; within `profile`, `null` removes a claim. Another address counts as not verified unless `email_verified` says so.',
  params: accountParams,
  body: closed({
    username: Type.Optional(text('What the person logs in with.', { longest: 320 })),
    email: Type.Optional(text('Their address. Codes that were mailed before open nothing more.', { longest: 320 })),
    email_verified: Type.Optional(Type.Boolean()),
    profile: profileChangeSchema,
  }),
  answer: { status: 200, schema: accountSchema, isTagged: true },
  match: 'required',
  problems: ['username_taken', 'email_taken', 'privilege_exceeded'],
  async act(call) {
    const { deps, params, body, caller } = call
    const username = body.username === undefined ? undefined : readUsername(body.username)
    const email = body.email === undefined ? undefined : readEmail(body.email)
    const profile = readProfile((body.profile ?? {}) as Readonly<Record<string, unknown>>)
    const { account_id: accountId } = params
    const { actor } = caller
    const shown = await deps.database.write(async (tx) => {
      const account = await lockAccount(tx, call, { accountId })
      requireMatch(call, (await readAccount(tx.sql, accountId)).shown)
      if (
        username !== undefined &&
        username.text !== account.username &&
        !(await changeUsername(tx, account, username, actor))
      )
        throw taken('username')
      await changeAddress(tx, accountId, { email, isVerified: body.email_verified, actor })
      if (Object.keys(profile).length > 0) await updateProfile(tx, account, profile, actor)
      return (await readAccount(tx.sql, accountId)).shown
    })
    return { body: shown }
  },
})

async function changeAddress(
  tx: Transaction,
  accountId: string,
  {
    email,
    isVerified,
    actor,
  }: { readonly email: Email | undefined; readonly isVerified: boolean | undefined; readonly actor: Actor },
): Promise<void> {
  // As it is by now: its name may have been the address.
  const account = (await findAccount(tx.sql, accountId)) as Account
  const isOther = email !== undefined && email.text !== account.email
  if (isOther) {
    if (!(await changeEmail(tx, account, email, actor))) throw taken('email')
    await endChallenges(tx, accountId)
  }
  if (isVerified === true && !isOther && account.email === undefined)
    throw invalid('"email_verified": there is no address.')
  if (isOther || isVerified !== undefined) await verifyEmail(tx, accountId, { isVerified: isVerified ?? false, actor })
}
