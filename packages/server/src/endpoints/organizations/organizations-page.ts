import { type Html, html } from '../../platform/html/html.ts'
import { renderProblem } from '../../platform/html/render-problem.ts'
import { type OrganizationProblem, stringsIn } from '../../platform/html/strings/strings.ts'
import type { IssuerUrls } from '../issuer-urls.ts'
import { type AccountFrame, renderAccountFrame } from '../render-account-frame.ts'
import { renderRoleNames, type ShownRole } from './render-roles.ts'

export interface ShownOrganization {
  readonly id: string
  readonly name: string
  readonly roles: readonly string[]
}

/** An invitation to the person. */
export interface ReceivedInvitation {
  readonly id: string
  readonly organization: string
  readonly roles: readonly string[]
}

export interface OrganizationsPage extends Pick<AccountFrame, 'language' | 'theme'> {
  readonly urls: AccountFrame['urls'] & Pick<IssuerUrls, 'accountOrganizationsPath'>
  readonly organizations: readonly ShownOrganization[]
  readonly invitations: readonly ReceivedInvitation[]
  /** Whose words are known. */
  readonly roles: readonly ShownRole[]
  /** Whether people create organizations here. */
  readonly mayCreate: boolean
  readonly problem?: OrganizationProblem | undefined
}

/** Renders which organizations a person belongs to, and which invite them. */
export function renderOrganizationsPage(page: OrganizationsPage): string {
  const { urls, organizations, invitations, mayCreate, problem, language, theme } = page
  const strings = stringsIn(language).organizations
  const list =
    organizations.length === 0
      ? html`<p>${strings.empty}</p>\n`
      : html`<ul class="sessions">\n${organizations.map((one) => renderOwn(one, page))}</ul>\n`
  const received =
    invitations.length === 0
      ? undefined
      : html`<h2>${strings.invitations}</h2>
<ul class="sessions">
${invitations.map((one) => renderReceived(one, page))}</ul>
`
  const body = html`${problem === undefined ? undefined : renderProblem('problem', strings.problems[problem])}${list}${received}${mayCreate ? renderCreation(page) : undefined}`
  return renderAccountFrame({ title: strings.title, area: 'organizations', urls, language, theme, body })
}

function renderOwn({ id, name, roles }: ShownOrganization, page: OrganizationsPage): Html {
  const strings = stringsIn(page.language).organizations
  const path = page.urls.accountOrganizationsPath
  return html`<li><p><a href="${path}/${id}"><bdi>${name}</bdi></a></p>
<p class="muted">${renderRoleNames(roles, page.roles, page.language)}</p>
<form method="post" action="${path}/leave"><input type="hidden" name="organization" value="${id}"><button class="quiet" type="submit" aria-label="${strings.leave}: ${name}">${strings.leave}</button></form>
<p class="muted">${strings.leaveEffect}</p></li>
`
}

function renderReceived({ id, organization, roles }: ReceivedInvitation, page: OrganizationsPage): Html {
  const strings = stringsIn(page.language).organizations
  return html`<li><p>${strings.invites(organization)}</p>
<p class="muted">${renderRoleNames(roles, page.roles, page.language)}</p>
<form method="post" action="${page.urls.accountOrganizationsPath}/answer"><input type="hidden" name="invitation" value="${id}">
<button type="submit" name="answer" value="accept" aria-label="${strings.accept}: ${organization}">${strings.accept}</button>
<button class="quiet" type="submit" name="answer" value="decline" aria-label="${strings.decline}: ${organization}">${strings.decline}</button></form></li>
`
}

function renderCreation({ urls, language }: OrganizationsPage): Html {
  const strings = stringsIn(language).organizations
  return html`<h2>${strings.create}</h2>
<form method="post" action="${urls.accountOrganizationsPath}/create">
<div class="field">
<label for="name">${strings.name}</label>
<input id="name" name="name" type="text" maxlength="128" autocomplete="organization" dir="auto" required>
</div>
<button type="submit">${strings.submit}</button>
</form>`
}
