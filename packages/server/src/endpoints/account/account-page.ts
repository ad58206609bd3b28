import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import { html } from '../../platform/html/html.ts'
import { renderPastMoment } from '../../platform/html/relative-time.ts'
import { stringsIn } from '../../platform/html/strings/strings.ts'
import type { IssuerUrls } from '../issuer-urls.ts'
import { type AccountFrame, renderAccountFrame } from '../render-account-frame.ts'
import { type PasskeySignals, renderPasskeySignals } from '../render-passkey-signals.ts'
import { renderApiKeys, type ShownApiKey } from './render-api-keys.ts'
import { renderConsents, type ShownConsent } from './render-consents.ts'
import { renderSessions, type ShownSession } from './render-sessions.ts'

export interface AccountPage extends Pick<AccountFrame, 'language' | 'theme'> {
  readonly account: {
    readonly username: string
    readonly email?: string | undefined
    readonly name?: string | undefined
  }
  readonly session: { readonly openedAt: EpochMilliseconds }
  /** Where the person is signed in, this session among them. */
  readonly sessions: readonly ShownSession[]
  /** The keys with which programs act for the person. */
  readonly apiKeys: readonly ShownApiKey[]
  /** The apps that may act for the person. */
  readonly consents: readonly ShownConsent[]
  readonly urls: AccountFrame['urls'] &
    Pick<
      IssuerUrls,
      | 'logoutPath'
      | 'accountProfilePath'
      | 'accountSessionsPath'
      | 'accountApiKeysPath'
      | 'accountApiKeyRevocationPath'
      | 'accountConsentsPath'
    >
  /** What password managers are told. Absent: nothing. */
  readonly passkeySignals?: PasskeySignals | undefined
  readonly now: EpochMilliseconds
}

/** Renders who is signed in and since when, the button that ends it, and where else they are. */
export function renderAccountPage(page: AccountPage): string {
  const { account, session, sessions, apiKeys, consents, passkeySignals, now, urls, language, theme } = page
  const strings = stringsIn(language).account
  const email =
    account.email === undefined
      ? undefined
      : html`<div><dt>${strings.email}</dt><dd><bdi>${account.email}</bdi></dd></div>\n`
  const name =
    account.name === undefined
      ? undefined
      : html`<div><dt>${stringsIn(language).profile.fields.name}</dt><dd><bdi>${account.name}</bdi></dd></div>\n`
  const body = html`<dl>
<div><dt>${strings.username}</dt><dd><bdi id="username">${account.username}</bdi></dd></div>
${name}${email}<div><dt>${strings.signedIn}</dt><dd>${renderPastMoment(session.openedAt, now, language)}</dd></div>
</dl>
<p><a href="${urls.accountProfilePath}">${stringsIn(language).profile.edit}</a></p>
<form method="post" action="${urls.logoutPath}">
<button class="quiet" type="submit">${strings.signOut}</button>
</form>
${renderSessions({ sessions, sessionsAction: urls.accountSessionsPath, now, language })}${renderApiKeys({
  apiKeys,
  apiKeysPath: urls.accountApiKeysPath,
  apiKeyRevocationAction: urls.accountApiKeyRevocationPath,
  now,
  language,
})}${renderConsents({ consents, consentsAction: urls.accountConsentsPath, now, language })}${passkeySignals && renderPasskeySignals(passkeySignals)}`
  return renderAccountFrame({ title: strings.title, area: 'overview', urls, language, theme, body })
}
