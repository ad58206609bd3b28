import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import { html } from '../../platform/html/html.ts'
import type { Language } from '../../platform/html/language.ts'
import { renderPastMoment } from '../../platform/html/relative-time.ts'
import { renderPage } from '../../platform/html/render-page.ts'
import { stringsIn } from '../../platform/html/strings/strings.ts'
import type { Theme } from '../../platform/html/theme.ts'
import { renderApiKeys, type ShownApiKey } from './render-api-keys.ts'
import { renderConsents, type ShownConsent } from './render-consents.ts'
import { renderSessions, type ShownSession } from './render-sessions.ts'
import { renderUpstreams, type ShownUpstream } from './render-upstreams.ts'

export interface AccountPage {
  readonly account: { readonly username: string; readonly email?: string | undefined }
  readonly session: { readonly openedAt: EpochMilliseconds }
  /** Where the person is signed in, this session among them. */
  readonly sessions: readonly ShownSession[]
  /** The keys with which programs act for the person. */
  readonly apiKeys: readonly ShownApiKey[]
  /** The apps that may act for the person. */
  readonly consents: readonly ShownConsent[]
  /** Where else the person may log in. Absent: nowhere. */
  readonly upstreams?: readonly ShownUpstream[] | undefined
  /** Where "Connect" is posted to: a path on this origin. */
  readonly upstreamsAction?: string | undefined
  readonly now: EpochMilliseconds
  /** Where "Sign out" is posted to: a path on this origin. */
  readonly logoutAction: string
  /** Where "End session" is posted to: a path on this origin. */
  readonly sessionsAction: string
  /** Where a key is made: a path on this origin. */
  readonly apiKeysPath: string
  /** Where "Revoke key" is posted to: a path on this origin. */
  readonly apiKeyRevocationAction: string
  /** Where "Withdraw access" is posted to: a path on this origin. */
  readonly consentsAction: string
  readonly language: Language
  readonly theme: Theme
}

/** Renders who is signed in and since when, the button that ends it, and where else they are. */
export function renderAccountPage(page: AccountPage): string {
  const { account, session, now, logoutAction, language, theme } = page
  const strings = stringsIn(language).account
  const email =
    account.email === undefined
      ? undefined
      : html`<div><dt>${strings.email}</dt><dd><bdi>${account.email}</bdi></dd></div>\n`
  const body = html`<h1>${strings.title}</h1>
<dl>
<div><dt>${strings.username}</dt><dd><bdi id="username">${account.username}</bdi></dd></div>
${email}<div><dt>${strings.signedIn}</dt><dd>${renderPastMoment(session.openedAt, now, language)}</dd></div>
</dl>
<form method="post" action="${logoutAction}">
<button class="quiet" type="submit">${strings.signOut}</button>
</form>
${renderSessions(page)}${renderApiKeys(page)}${renderConsents(page)}${renderUpstreams(page)}`
  return renderPage({ title: strings.title, language, theme, body })
}
