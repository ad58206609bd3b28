import { getAccount } from '../../domain/accounts/get-account.ts'
import { type Html, html } from '../../platform/html/html.ts'
import type { Language } from '../../platform/html/language.ts'
import { stringsIn } from '../../platform/html/strings/strings.ts'
import type { IssuerUrls } from '../issuer-urls.ts'
import type { SecurityVisit, ShownSection } from '../security-section.ts'

/** The address of the account, whether it is verified, and what can be done about it. */
export async function emailSection({ sql, urls, session, language }: SecurityVisit): Promise<ShownSection> {
  const { email, emailVerifiedAt } = await getAccount(sql, session.accountId)
  const isVerified = emailVerifiedAt !== undefined
  return {
    name: 'email',
    json: email === undefined ? null : { address: email, verified: isVerified },
    html: renderEmail({ email, isVerified, urls, language }),
  }
}

export interface ShownEmail {
  readonly email: string | undefined
  readonly isVerified: boolean
  readonly urls: Pick<IssuerUrls, 'accountEmailPath' | 'accountEmailVerificationPath'>
  readonly language: Language
}

export function renderEmail({ email, isVerified, urls, language }: ShownEmail): Html {
  const strings = stringsIn(language).accountEmail
  const state =
    email === undefined
      ? html`<p class="muted">${strings.none}</p>`
      : html`<p><bdi>${email}</bdi></p>
<p class="muted">${isVerified ? strings.verified : strings.unverified}</p>`
  const verify =
    email === undefined || isVerified
      ? undefined
      : html`<form method="post" action="${urls.accountEmailVerificationPath}"><button class="quiet" type="submit">${strings.verify}</button></form>\n`
  return html`<h2>${strings.title}</h2>
${state}
${verify}<p><a href="${urls.accountEmailPath}">${strings.change}</a></p>`
}
