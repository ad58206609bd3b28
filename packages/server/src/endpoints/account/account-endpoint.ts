import { getAccount } from '../../domain/accounts/get-account.ts'
import { useSession } from '../../domain/sessions/use-session.ts'
import type { Clock } from '../../platform/clock/clock.ts'
import type { Database } from '../../platform/database/database.ts'
import { chooseLanguage } from '../../platform/html/choose-language.ts'
import { pageHeaders } from '../../platform/html/page-headers.ts'
import type { Theme } from '../../platform/html/theme.ts'
import type { HttpServer } from '../../platform/http/create-http-server.ts'
import { findBrowserSession } from '../browser-session.ts'
import type { IssuerUrls } from '../issuer-urls.ts'
import { renderAccountPage } from './account-page.ts'

export interface AccountEndpointDeps {
  readonly urls: IssuerUrls
  readonly database: Database
  readonly clock: Clock
  readonly theme: Theme
}

/** Serves the page of who is signed in; who is not is sent to the login page and back. */
export function accountEndpoint(server: HttpServer, { urls, database, clock, theme }: AccountEndpointDeps): void {
  server.get(urls.accountPath, async (request, reply) => {
    const now = clock.now()
    const session = await findBrowserSession(database.read, urls, request, now)
    if (!session) return reply.redirect(`${urls.loginPath}?return_to=${encodeURIComponent(urls.accountPath)}`, 303)
    await useSession(database, session, now)
    const account = await getAccount(database.read, session.accountId)
    const page = renderAccountPage({
      account,
      session: { openedAt: session.createdAt },
      now,
      logoutAction: urls.logoutPath,
      language: chooseLanguage(request.headers['accept-language']),
      theme,
    })
    return reply.headers(pageHeaders(theme)).send(page)
  })
}
