import type { FastifyReply, FastifyRequest } from 'fastify'
import type { AuditEvent } from '../../domain/audit/audit-event.ts'
import { listOwnEvents } from '../../domain/audit/list-own-events.ts'
import { findClient } from '../../domain/clients/find-client.ts'
import { findSession } from '../../domain/sessions/find-session.ts'
import type { Session } from '../../domain/sessions/session.ts'
import type { Queries } from '../../platform/database/database.ts'
import type { Language } from '../../platform/html/language.ts'
import { pageHeaders } from '../../platform/html/page-headers.ts'
import type { HttpServer } from '../../platform/http/create-http-server.ts'
import { wantsJson } from '../../platform/http/wants-json.ts'
import { findBrowserSession } from '../browser-session.ts'
import { choosePageLanguage } from '../choose-page-language.ts'
import { sendToLogin } from '../send-to-login.ts'
import type { AccountEndpointDeps } from './account-endpoint.ts'
import { renderActivityPage, type ShownEvent } from './activity-page.ts'
import { appOf, deviceOf, doerOf, subjectOf, type ToldAct, toldActs } from './describe-event.ts'
import { type ActivityQuery, activityQuerySchema, parseActivityQuery } from './parse-request.ts'

const PAGE = 25

type ActivityRequest = FastifyRequest<{ Querystring: ActivityQuery }>

/** Serves what happened to the account of who is signed in, a page at a time. */
export function activityRoutes(server: HttpServer, deps: AccountEndpointDeps): void {
  const { urls, database, clock } = deps
  const schema = { querystring: activityQuerySchema }
  server.get(urls.accountActivityPath, { schema }, async (request: ActivityRequest, reply) => {
    const session = await findBrowserSession(database.read, urls, request, clock.now())
    if (!session) return sendToLogin(urls, request, reply)
    return sendActivity(deps, request, reply, session)
  })
}

async function sendActivity(
  { urls, database, clock, theme }: AccountEndpointDeps,
  request: ActivityRequest,
  reply: FastifyReply,
  { accountId }: Session,
): Promise<FastifyReply> {
  const before = parseActivityQuery(request.query)
  // One more than is shown tells whether there are more.
  const found = await listOwnEvents(database.read, accountId, { before, acts: toldActs, most: PAGE + 1 })
  const events = found.slice(0, PAGE)
  const last = found.length > PAGE ? events.at(-1) : undefined
  const earlierUrl = last && `${urls.accountActivityPath}?before=${last.at}.${last.id}`
  const language = choosePageLanguage(request)
  const shown = await showEvents(database.read, events, language)
  if (wantsJson(request)) return reply.header('cache-control', 'no-store').send(renderJson(shown, events, earlierUrl))
  const isFirst = before === undefined
  const page = { events: shown, earlierUrl, isFirst, now: clock.now(), urls, language, theme }
  return reply.headers(pageHeaders(theme)).send(renderActivityPage(page))
}

/** With the names of apps and the browsers of sessions, as far as they are still known. */
async function showEvents(sql: Queries, events: readonly AuditEvent[], language: Language): Promise<ShownEvent[]> {
  const apps = new Map<string, string>()
  for (const id of new Set(events.map(appOf))) if (id) apps.set(id, (await findClient(sql, id))?.name ?? id)
  const browsers = new Map<string, string | undefined>()
  for (const id of new Set(events.map(({ sessionId }) => sessionId)))
    if (id) browsers.set(id, (await findSession(sql, id))?.userAgent)
  return events.map((event) => ({
    ...{ at: event.at, act: event.act as ToldAct, by: doerOf(event), network: event.network },
    about: [subjectOf(event, language), apps.get(appOf(event) ?? '')].filter((name) => name !== undefined),
    device: deviceOf(event, browsers.get(event.sessionId ?? '')),
  }))
}

function renderJson(
  shown: readonly ShownEvent[],
  events: readonly AuditEvent[],
  earlierUrl: string | undefined,
): object {
  return {
    events: shown.map(({ at, act, by, about, network, device }, index) => ({
      ...{ at: new Date(at).toISOString(), act, outcome: events[index]?.outcome, by, about },
      ...{ network: network ?? null, device: device ?? null, session_id: events[index]?.sessionId ?? null },
    })),
    earlier: earlierUrl ?? null,
  }
}
