import { Type } from 'typebox'
import { accountStates, pageAccounts } from '../../../domain/accounts/page-accounts.ts'
import { type AdminRoute, adminRoute } from '../admin-route.ts'
import { closed, pageOf, paging, text } from '../admin-schemas.ts'
import { DEFAULT_LIMIT, foreignCursor, readCursor, writeCursor } from '../page.ts'
import { accountParams } from './account-params.ts'
import { accountRoleRoutes } from './account-role-routes.ts'
import { accountSchema, accountSummarySchema, renderAccountSummary } from './account-schema.ts'
import { accountStateRoutes } from './account-state-routes.ts'
import { belongingRoutes } from './belonging-routes.ts'
import { changeAccountRoute } from './change-account-route.ts'
import { createAccountRoute } from './create-account-route.ts'
import { inviteRoute } from './invite-route.ts'
import { passwordRoute } from './password-route.ts'
import { readAccount } from './read-account.ts'
import { removalRoutes } from './removal-routes.ts'

const listAccounts = adminRoute({
  name: 'listAccounts',
  method: 'GET',
  path: '/accounts',
  permission: 'accounts:read',
  summary: 'List and search accounts',
  description:
    'The latest first; with `q` by name, with `role` by id. A page may have fewer items than `limit` and a next one all the same: go on until `next_cursor` is null.',
  query: closed({
    q: Type.Optional(text('What the user name, the e-mail address or the id begins with.', { longest: 320 })),
    state: Type.Optional(Type.Enum([...accountStates], { description: 'In this state.' })),
    role: Type.Optional(text('With this role.', { longest: 64 })),
    ...paging,
  }),
  answer: { status: 200, schema: pageOf(accountSummarySchema, 'AccountPage') },
  async act({ deps, query: { q, state, role, cursor, limit = DEFAULT_LIMIT } }) {
    const after = readSearchCursor(cursor, { q, role })
    const found = await pageAccounts(deps.database.read, { prefix: q, state, role, after, limit })
    return {
      body: {
        items: found.accounts.map(renderAccountSummary),
        next_cursor: found.next === undefined ? null : writeCursor(found.next),
      },
    }
  },
})

/** A cursor begins with how its list is sorted: that of a search goes on with no other list. */
function readSearchCursor(
  cursor: string | undefined,
  { q, role }: { readonly q?: string | undefined; readonly role?: string | undefined },
): readonly string[] | undefined {
  const isLatest = q === undefined && role === undefined
  const key = isLatest
    ? readCursor(cursor, ['string', 'string', 'string'] as const)
    : readCursor(cursor, ['string', 'string'] as const)
  if (key === undefined) return undefined
  const [kind, at] = key
  const kinds = isLatest ? ['latest'] : q === undefined ? ['role'] : ['id', 'name']
  if (!kinds.includes(kind) || (isLatest && !/^-?\d{1,15}$/.test(at))) throw foreignCursor()
  return key
}

const getAccount = adminRoute({
  name: 'getAccount',
  method: 'GET',
  path: '/accounts/{account_id}',
  permission: 'accounts:read',
  summary: 'Read an account',
  params: accountParams,
  answer: { status: 200, schema: accountSchema, isTagged: true },
  async act({ deps, params: { account_id } }) {
    return { body: (await readAccount(deps.database.read, account_id)).shown }
  },
})

export const accountRoutes: readonly AdminRoute[] = [
  listAccounts,
  createAccountRoute,
  inviteRoute,
  getAccount,
  changeAccountRoute,
  ...accountStateRoutes,
  passwordRoute,
  ...accountRoleRoutes,
  ...belongingRoutes,
  ...removalRoutes,
]
