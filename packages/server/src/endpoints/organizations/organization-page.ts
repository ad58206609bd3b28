import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import { type Html, html } from '../../platform/html/html.ts'
import { renderPastMoment } from '../../platform/html/relative-time.ts'
import { renderProblem } from '../../platform/html/render-problem.ts'
import { type OrganizationProblem, stringsIn } from '../../platform/html/strings/strings.ts'
import type { IssuerUrls } from '../issuer-urls.ts'
import { type AccountFrame, renderAccountFrame } from '../render-account-frame.ts'
import { renderRoleChoices, renderRoleNames, type ShownRole } from './render-roles.ts'

export interface ShownMember {
  readonly accountId: string
  readonly username: string
  readonly roles: readonly string[]
  readonly invitedAs: string | undefined
  readonly joinedAt: EpochMilliseconds
  readonly isYou: boolean
}

/** An invitation that the organization has sent. */
export interface SentInvitationRow {
  readonly id: string
  readonly email: string
  readonly roles: readonly string[]
  readonly sentAt: EpochMilliseconds
}

/** What only an owner sees. */
export interface OwnedOrganization {
  readonly members: readonly ShownMember[]
  readonly invitations: readonly SentInvitationRow[]
  /** The address that was typed and could not be taken. */
  readonly typed?: string | undefined
}

export interface OrganizationPage extends Pick<AccountFrame, 'language' | 'theme'> {
  readonly urls: AccountFrame['urls'] & Pick<IssuerUrls, 'accountOrganizationsPath'>
  readonly organization: { readonly id: string; readonly name: string; readonly roles: readonly string[] }
  /** What can be given. */
  readonly roles: readonly ShownRole[]
  /** Absent for who does not own it. */
  readonly owned: OwnedOrganization | undefined
  readonly problem?: OrganizationProblem | undefined
  readonly now: EpochMilliseconds
}

/** Renders one organization to a member: what they are in it, and to an owner who else belongs and who is invited. */
export function renderOrganizationPage(page: OrganizationPage): string {
  const { urls, organization, owned, problem, language, theme } = page
  const strings = stringsIn(language).organizations
  const body = html`${problem === undefined ? undefined : renderProblem('problem', strings.problems[problem])}<p>${renderRoleNames(organization.roles, page.roles, language)}</p>
${owned === undefined ? undefined : renderOwned(page, owned)}<p class="after"><a href="${urls.accountOrganizationsPath}">${strings.back}</a></p>`
  const title = organization.name
  return renderAccountFrame({ title, isName: true, area: 'organizations', isBelow: true, urls, language, theme, body })
}

function renderOwned(page: OrganizationPage, { members, invitations, typed }: OwnedOrganization): Html {
  const strings = stringsIn(page.language).organizations
  const pending =
    invitations.length === 0
      ? undefined
      : html`<section><h2>${strings.pending}</h2>
<ul class="sessions">
${invitations.map((one) => renderSent(one, page))}</ul></section>
`
  return html`<section><h2>${strings.members}</h2>
<ul class="sessions">
${members.map((one) => renderMember(one, page))}</ul></section>
${pending}<section><h2>${strings.invite}</h2>
<p>${strings.inviteLead}</p>
<form method="post" action="${pathOf(page)}/invite">
<div class="field">
<label for="email">${strings.email}</label>
<input id="email" name="email" type="email" value="${typed}" maxlength="254" autocomplete="off" autocapitalize="none" spellcheck="false" dir="ltr" required>
</div>
${renderRoles(page, [])}<button type="submit">${strings.send}</button>
</form></section>
`
}

function renderMember(member: ShownMember, page: OrganizationPage): Html {
  const { accountId, username, roles, invitedAs, joinedAt, isYou } = member
  const { language, now } = page
  const strings = stringsIn(language).organizations
  const as = invitedAs === undefined ? undefined : html` · ${strings.invitedAs} <bdi>${invitedAs}</bdi>`
  const hidden = html`<input type="hidden" name="member" value="${accountId}">`
  const removal = isYou
    ? undefined
    : html`<form method="post" action="${pathOf(page)}/members">${hidden}<button class="quiet" type="submit" name="act" value="remove" aria-label="${strings.remove}: ${username}">${strings.remove}</button></form>\n`
  return html`<li><p><bdi>${username}</bdi>${isYou ? html` (${strings.you})` : undefined}</p>
<p class="muted">${renderRoleNames(roles, page.roles, language)} · ${strings.joined} ${renderPastMoment(joinedAt, now, language)}${as}</p>
<details><summary>${strings.changeRoles}</summary>
<form method="post" action="${pathOf(page)}/members">${hidden}
${renderRoles(page, roles)}<button class="quiet" type="submit" name="act" value="roles" aria-label="${strings.save}: ${username}">${strings.save}</button></form>
</details>
${removal}</li>
`
}

function renderSent({ id, email, roles, sentAt }: SentInvitationRow, page: OrganizationPage): Html {
  const { language, now } = page
  const strings = stringsIn(language).organizations
  return html`<li><p><bdi>${email}</bdi></p>
<p class="muted">${renderRoleNames(roles, page.roles, language)} · ${strings.sent} ${renderPastMoment(sentAt, now, language)}</p>
<form method="post" action="${pathOf(page)}/invitations"><input type="hidden" name="invitation" value="${id}">
<button class="quiet" type="submit" name="act" value="resend" aria-label="${strings.resend}: ${email}">${strings.resend}</button>
<button class="quiet" type="submit" name="act" value="revoke" aria-label="${strings.revoke}: ${email}">${strings.revoke}</button></form></li>
`
}

function renderRoles({ roles, language }: OrganizationPage, checked: readonly string[]): Html {
  const { rolesWithin } = stringsIn(language).organizations
  return html`<fieldset><legend>${rolesWithin}</legend>
${renderRoleChoices(roles, checked, language)}</fieldset>
`
}

function pathOf({ urls, organization }: OrganizationPage): string {
  return `${urls.accountOrganizationsPath}/${organization.id}`
}
