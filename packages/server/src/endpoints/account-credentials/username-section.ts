import { getAccount } from '../../domain/accounts/get-account.ts'
import { type Html, html } from '../../platform/html/html.ts'
import type { Language } from '../../platform/html/language.ts'
import { stringsIn } from '../../platform/html/strings/strings.ts'
import type { IssuerUrls } from '../issuer-urls.ts'
import type { SecurityVisit, ShownSection } from '../security-section.ts'

/** What the person logs in with, and where it is changed. */
export async function usernameSection({ sql, urls, session, language }: SecurityVisit): Promise<ShownSection> {
  const { username } = await getAccount(sql, session.accountId)
  return { name: 'username', json: username, html: renderUsername({ username, urls, language }) }
}

export interface ShownUsername {
  readonly username: string
  readonly urls: Pick<IssuerUrls, 'accountUsernamePath'>
  readonly language: Language
}

export function renderUsername({ username, urls, language }: ShownUsername): Html {
  const strings = stringsIn(language).accountUsername
  return html`<h2>${strings.title}</h2>
<p><bdi>${username}</bdi></p>
<p><a href="${urls.accountUsernamePath}">${strings.change}</a></p>`
}
