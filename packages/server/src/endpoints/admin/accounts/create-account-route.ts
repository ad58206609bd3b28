import { Type } from 'typebox'
import { MOST_ROLES_OF_ACCOUNT } from '../../../domain/accounts/change-role.ts'
import { type CreatedAccount, createAccount } from '../../../domain/accounts/create-account.ts'
import { listMissingOfRoles } from '../../../domain/administration/administrator.ts'
import { setPassword } from '../../../domain/credentials/set-password.ts'
import { updateProfile } from '../../../domain/profiles/update-profile.ts'
import { describeUnknownRole } from '../../../domain/roles/list-roles.ts'
import type { Queries } from '../../../platform/database/database.ts'
import { Problem } from '../../../platform/http/problem.ts'
import { hashNewPassword, toPasswordProblem } from '../../hash-new-password.ts'
import { type AdminRoute, adminRoute } from '../admin-route.ts'
import { closed, text } from '../admin-schemas.ts'
import { answerOnce } from '../answer-once.ts'
import { type AdminCaller, requirePermission } from '../authenticate-caller.ts'
import { privilegeExceeded } from '../privilege-problems.ts'
import { accountSchema } from './account-schema.ts'
import { profileChangeSchema, readEmail, readProfile, readUsername, taken } from './parse-account.ts'
import { readAccount } from './read-account.ts'

export const createAccountRoute: AdminRoute = adminRoute({
  name: 'createAccount',
  method: 'POST',
  path: '/accounts',
  permission: 'accounts:write',
  summary: 'Create an account',
  description:
    'Roles need `roles:write` as well, and permit nothing that you may not do yourself. Without a password the person chooses one by a recovery mail.',
  body: closed({
    username: text('What the person logs in with.', { longest: 320 }),
    email: Type.Optional(
      text('Their address; it counts as not verified unless `email_verified` says so.', { longest: 320 }),
    ),
    email_verified: Type.Optional(Type.Boolean({ description: 'Whether it was shown to be theirs.' })),
    password: Type.Optional(
      Type.String({ minLength: 1, maxLength: 1024, description: 'It has to be one that people may choose here.' }),
    ),
    roles: Type.Optional(Type.Array(text('A declared role.', { longest: 64 }), { maxItems: MOST_ROLES_OF_ACCOUNT })),
    profile: profileChangeSchema,
  }),
  answer: { status: 201, schema: accountSchema, isTagged: true },
  isIdempotent: true,
  problems: ['username_taken', 'email_taken', 'refused_password', 'busy', 'unknown_role', 'privilege_exceeded'],
  async act(call) {
    const { deps, caller, body, signal } = call
    const username = readUsername(body.username)
    const email = body.email === undefined ? undefined : readEmail(body.email)
    const profile = readProfile((body.profile ?? {}) as Readonly<Record<string, unknown>>)
    const { actor } = caller
    const roles = body.roles ?? []
    await requireGivable(deps.database.read, caller, roles)
    return answerOnce(call, 201, async () => {
      const hash = body.password === undefined ? undefined : await hashPassword(body.password)
      return async (tx) => {
        // Once more: what a role permits may have become more while the password was hashed.
        await requireGivable(tx.sql, caller, roles)
        const isEmailVerified = body.email_verified
        const created = await createAccount(tx, { username, email, isEmailVerified, roles, actor })
        if (!created.ok) throw await toProblem(tx.sql, created)
        const { account } = created
        if (hash !== undefined) await setPassword(tx, account.id, hash, actor)
        if (Object.keys(profile).length > 0) await updateProfile(tx, account, profile, actor)
        const { shown } = await readAccount(tx.sql, account.id)
        return { body: shown, location: `${deps.urls.adminUrl}/accounts/${account.id}` }
      }
    })

    async function hashPassword(password: string) {
      const context = { username: username.text, email: email?.text, issuerHost: deps.urls.host }
      const hashed = await hashNewPassword(deps, password, { context, signal })
      if (!hashed.ok) throw toPasswordProblem(hashed)
      return hashed.hash
    }
  },
})

/** @throws Problem 403 */
export async function requireGivable(sql: Queries, caller: AdminCaller, roles: readonly string[]): Promise<void> {
  if (roles.length === 0) return
  requirePermission(caller, 'roles:write')
  const missing = await listMissingOfRoles(sql, caller, roles)
  if (missing.length > 0) throw privilegeExceeded(missing)
}

async function toProblem(sql: Queries, refused: Exclude<CreatedAccount, { ok: true }>): Promise<Problem> {
  if (refused.reason === 'username_taken') return taken('username')
  if (refused.reason === 'email_taken') return taken('email')
  if (refused.reason === 'unknown_role') return unknownRole(sql, refused.role)
  return tooManyRoles()
}

export async function unknownRole(sql: Queries, role: string): Promise<Problem> {
  return new Problem({ status: 400, code: 'unknown_role', detail: await describeUnknownRole(sql, role) })
}

export function tooManyRoles(): Problem {
  const detail = `An account has at most ${MOST_ROLES_OF_ACCOUNT} roles, since its tokens carry them.`
  return new Problem({ status: 409, code: 'too_many_roles', detail })
}
