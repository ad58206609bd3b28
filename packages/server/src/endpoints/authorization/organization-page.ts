import { type Html, html } from '../../platform/html/html.ts'
import type { Language } from '../../platform/html/language.ts'
import { renderPage } from '../../platform/html/render-page.ts'
import { renderProblem } from '../../platform/html/render-problem.ts'
import { stringsIn } from '../../platform/html/strings/strings.ts'
import type { Theme } from '../../platform/html/theme.ts'

export interface OrganizationPage {
  readonly clientName: string
  /** Whose session it is. */
  readonly username: string
  readonly accountId: string
  readonly requestId: string
  /** Where the answer is posted to: a path on this origin. */
  readonly action: string
  /** Where somebody else signs in. */
  readonly switchUrl: string
  readonly language: Language
  readonly theme: Theme
}

/** Renders the organizations that a person may act for, each as a button. */
export function renderOrganizationChoicePage(
  page: OrganizationPage & { readonly organizations: readonly { readonly id: string; readonly name: string }[] },
): string {
  const strings = stringsIn(page.language).organizations
  const choices = page.organizations.map(
    ({ id, name }) =>
      html`<button class="quiet" type="submit" name="organization" value="${id}"><bdi>${name}</bdi></button>\n`,
  )
  const lead = html`<p class="muted">${strings.chooseFor(page.clientName)}</p>\n`
  return renderForm(page, strings.choose, lead, html`${choices}`)
}

/** Renders why a person cannot go on: they belong to no organization, or not to the one that the app asks for. */
export function renderNoOrganizationPage(page: OrganizationPage & { readonly reason: 'none' | 'foreign' }): string {
  const strings = stringsIn(page.language).organizations
  return renderForm(page, strings.noAccess, renderProblem('problem', strings.refused[page.reason]), undefined)
}

function renderForm(page: OrganizationPage, title: string, lead: Html, choices: Html | undefined): string {
  const { username, language, theme } = page
  const strings = stringsIn(language).authorization
  const body = html`<h1>${title}</h1>
${lead}<p>${strings.signedInAs} <bdi id="username">${username}</bdi>. <a href="${page.switchUrl}">${strings.switchAccount}</a></p>
<form method="post" action="${page.action}">
<input type="hidden" name="request" value="${page.requestId}">
<input type="hidden" name="account" value="${page.accountId}">
${choices}<button class="quiet" type="submit" name="decision" value="deny">${strings.deny}</button>
</form>`
  return renderPage({ title, language, theme, body })
}
