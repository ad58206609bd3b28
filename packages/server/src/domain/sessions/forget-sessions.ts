import type { Queries, Transaction } from '../../platform/database/database.ts'
import type { Session } from './session.ts'
import { deleteSessionsOf, selectSessionsAfter } from './session-store.ts'

const PAGE = 500

/** All sessions of an account that are still known, ended ones too, page by page. */
export async function* listKnownSessions(sql: Queries, accountId: string): AsyncGenerator<Session> {
  let page: readonly Session[]
  let afterId = ''
  do {
    page = await selectSessionsAfter(sql, accountId, { afterId, most: PAGE })
    yield* page
    afterId = page.at(-1)?.id ?? afterId
  } while (page.length === PAGE)
}

/** Forgets some sessions of an account that is purged; they ended when its deletion was asked for. True when none is left. */
export async function forgetSomeSessions(tx: Transaction, accountId: string): Promise<boolean> {
  return (await deleteSessionsOf(tx.sql, accountId, PAGE)) < PAGE
}
