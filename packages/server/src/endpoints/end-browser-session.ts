import type { FastifyReply } from 'fastify'
import { endSession } from '../domain/sessions/end-session.ts'
import type { Session } from '../domain/sessions/session.ts'
import type { Database } from '../platform/database/database.ts'
import type { IssuerUrls } from './issuer-urls.ts'
import { removeOwnCookie } from './own-cookies.ts'

/** Ends a browser's session, if there is one, with all that came from it, durably; and removes its cookie. */
export async function endBrowserSession(
  { urls, database }: { readonly urls: IssuerUrls; readonly database: Database },
  reply: FastifyReply,
  session: Session | undefined,
): Promise<void> {
  if (session) await database.write((tx) => endSession(tx, session, `account:${session.accountId}`))
  reply.header('set-cookie', removeOwnCookie(urls, 'session'))
}
