import { type Html, html } from '../../platform/html/html.ts'
import type { Language } from '../../platform/html/language.ts'
import { renderPage } from '../../platform/html/render-page.ts'
import { stringsIn } from '../../platform/html/strings/strings.ts'
import type { Theme } from '../../platform/html/theme.ts'

export interface InvitationPage {
  readonly organization: string
  /** What accepting makes of the person, in words; empty: a member. */
  readonly roles: readonly string[]
  readonly secret: string
  /** Who is signed in; absent: nobody. */
  readonly account?: { readonly id: string; readonly username: string } | undefined
  /** Where the answer is posted to: a path on this origin. */
  readonly action: string
  /** Where somebody (else) signs in, and comes back from. */
  readonly loginUrl: string
  /** Where somebody opens an account, and comes back from. Absent: not by themselves. */
  readonly signUpUrl?: string | undefined
  readonly language: Language
  readonly theme: Theme
}

/** Renders which organization invites, and the two answers; to who is not signed in how to be. */
export function renderInvitationPage(page: InvitationPage): string {
  const { organization, account, language, theme } = page
  const strings = stringsIn(language).organizations
  const title = strings.invites(organization)
  const roles =
    page.roles.length === 0 ? undefined : html`<p>${strings.asRoles} <bdi>${page.roles.join(' · ')}</bdi></p>\n`
  const body = html`<h1>${title}</h1>
<p>${strings.accepting}</p>
${roles}${account === undefined ? renderSignIn(page) : renderWho(page, account.username)}<form method="post" action="${page.action}">
<input type="hidden" name="secret" value="${page.secret}">
${account === undefined ? undefined : renderAccept(account.id, language)}<button class="quiet" type="submit" name="answer" value="decline">${strings.decline}</button>
</form>`
  return renderPage({ title, language, theme, body })
}

function renderSignIn({ loginUrl, signUpUrl, language }: InvitationPage): Html {
  const { organizations, signUp } = stringsIn(language)
  const lead = signUpUrl === undefined ? organizations.signInOrAsk : organizations.signInOrSignUp
  const opening = signUpUrl === undefined ? undefined : html`<p><a href="${signUpUrl}">${signUp.title}</a></p>\n`
  return html`<p>${lead}</p>
<p><a id="sign-in" href="${loginUrl}">${organizations.signIn}</a></p>
${opening}`
}

function renderWho({ loginUrl, language }: InvitationPage, username: string): Html {
  const strings = stringsIn(language).authorization
  return html`<p>${strings.signedInAs} <bdi id="username">${username}</bdi>. <a href="${loginUrl}">${strings.switchAccount}</a></p>
`
}

function renderAccept(accountId: string, language: Language): Html {
  return html`<input type="hidden" name="account" value="${accountId}">
<button type="submit" name="answer" value="accept">${stringsIn(language).organizations.accept}</button>
`
}

/** Renders what there is to say of an invitation that leads nowhere, whatever became of it, and of one that was just declined. */
export function renderInvitationNoticePage({
  notice,
  language,
  theme,
}: {
  readonly notice: 'gone' | 'declined'
  readonly language: Language
  readonly theme: Theme
}): string {
  const strings = stringsIn(language).organizations
  const [title, sentence] =
    notice === 'gone' ? [strings.gone, strings.goneReason] : [strings.declined, strings.declinedEffect]
  return renderPage({ title, language, theme, body: html`<h1>${title}</h1>\n<p>${sentence}</p>` })
}
