import { pageHeaders } from '../../platform/html/page-headers.ts'
import type { HttpServer } from '../../platform/http/create-http-server.ts'
import { wantsJson } from '../../platform/http/wants-json.ts'
import { findBrowserSession } from '../browser-session.ts'
import { choosePageLanguage } from '../choose-page-language.ts'
import type { ShownSection } from '../security-section.ts'
import { sendToLogin } from '../send-to-login.ts'
import type { AccountEndpointDeps } from './account-endpoint.ts'
import { renderSecurityPage } from './security-page.ts'

/** Serves how the person gets into their account: a page of sections, and the same as JSON. */
export function securityRoutes(server: HttpServer, deps: AccountEndpointDeps): void {
  const { urls, database, clock, theme, securitySections } = deps
  server.get(urls.accountSecurityPath, async (request, reply) => {
    const now = clock.now()
    const session = await findBrowserSession(database.read, urls, request, now)
    if (!session) return sendToLogin(urls, request, reply)
    const language = choosePageLanguage(request)
    const sections: ShownSection[] = []
    for (const load of securitySections) {
      const section = await load({ sql: database.read, urls, session, now, language })
      if (section) sections.push(section)
    }
    if (wantsJson(request)) {
      const json = Object.fromEntries(sections.map((section) => [section.name, section.json]))
      return reply.header('cache-control', 'no-store').send(json)
    }
    const page = renderSecurityPage({ urls, sections: sections.map(({ html }) => html), language, theme })
    return reply.headers(pageHeaders(theme)).send(page)
  })
}
