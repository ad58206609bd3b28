import type { Session } from '../../domain/sessions/session.ts'
import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import { type Html, html } from '../../platform/html/html.ts'
import type { Language } from '../../platform/html/language.ts'
import { relativeTime, renderPastMoment } from '../../platform/html/relative-time.ts'
import { stringsIn } from '../../platform/html/strings/strings.ts'
import { describeUserAgent } from '../../platform/http/describe-user-agent.ts'

export type ShownSession = Pick<
  Session,
  'id' | 'userAgent' | 'network' | 'createdAt' | 'usedAt' | 'expiresAt' | 'absoluteEnd' | 'impersonation'
> & {
  /** Whether it is the one that the page is shown in. */
  readonly isCurrent: boolean
  /** The app that it is at. Absent: this server itself. */
  readonly clientName?: string | undefined
}

export interface SessionList {
  readonly sessions: readonly ShownSession[]
  /** Where "End session" is posted to: a path on this origin. */
  readonly sessionsAction: string
  readonly now: EpochMilliseconds
  readonly language: Language
}

/** Renders where a person is signed in, and the buttons that end one of their sessions, the others, or all. */
export function renderSessions(list: SessionList): Html {
  const strings = stringsIn(list.language).account
  const items = list.sessions.map((session) => renderSession(session, list))
  const others = list.sessions.length > 1 ? renderEnd(list, 'others', strings.endOthers) : undefined
  return html`<h2>${strings.sessions}</h2>
<ul class="sessions">
${items}</ul>
${others}${renderEnd(list, 'all', strings.endAll)}`
}

function renderSession(session: ShownSession, list: SessionList): Html {
  const { now, language } = list
  const strings = stringsIn(language).account
  const { program, system } = describeUserAgent(session.userAgent)
  const device = [program, system].filter((part) => part !== undefined).join(' · ') || strings.unknownDevice
  const app = session.clientName === undefined ? undefined : html`<bdi>${session.clientName}</bdi> · `
  const until = (moment: EpochMilliseconds): string =>
    relativeTime(Math.max(0, Math.floor((moment - now) / 1000)), language)
  const end = session.isCurrent
    ? html`<p class="muted">${strings.thisSession}</p>`
    : renderEnd(list, session.id, strings.endSession)
  const { impersonation } = session
  // Where an administrator is and with what is theirs.
  const who = impersonation
    ? html`<p>${strings.administrator}: <bdi>${impersonation.reason}</bdi></p>`
    : html`<p>${app}<bdi>${device}</bdi></p>`
  const network = impersonation ? undefined : html` · <bdi>${session.network}</bdi>`
  return html`<li>${who}
<p class="muted">${strings.signedIn} ${renderPastMoment(session.createdAt, now, language)} · ${strings.lastUsed} ${renderPastMoment(session.usedAt, now, language)}${network}</p>
<p class="muted">${strings.ends(until(session.expiresAt), until(session.absoluteEnd))}</p>
${end}</li>
`
}

function renderEnd({ sessionsAction }: SessionList, end: string, words: string): Html {
  return html`<form method="post" action="${sessionsAction}"><input type="hidden" name="end" value="${end}"><button class="quiet" type="submit">${words}</button></form>
`
}
