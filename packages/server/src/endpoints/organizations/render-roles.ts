import type { OrganizationRole } from '../../domain/memberships/organization-roles.ts'
import { OWNER_ROLE } from '../../domain/roles/role.ts'
import { type Html, html } from '../../platform/html/html.ts'
import type { Language } from '../../platform/html/language.ts'
import { stringsIn } from '../../platform/html/strings/strings.ts'
import { ROLE_FIELD } from './parse-request.ts'

export type ShownRole = OrganizationRole

/** What somebody is within an organization, in words. */
export function renderRoleNames(roles: readonly string[], known: readonly ShownRole[], language: Language): Html {
  const names = roles.length === 0 ? [stringsIn(language).organizations.roles.member] : roles
  const words = names.map((name) => describeRole(known.find((role) => role.name === name) ?? toRole(name), language))
  return html`<bdi>${words.join(' · ')}</bdi>`
}

/** A checkbox for each role that can be given. */
export function renderRoleChoices(
  roles: readonly ShownRole[],
  checked: readonly string[],
  language: Language,
): readonly Html[] {
  return roles.map(
    (role) =>
      html`<label class="choice"><input type="checkbox" name="${ROLE_FIELD}${role.name}" value="1"${checked.includes(role.name) ? html` checked` : undefined}> <bdi>${describeRole(role, language)}</bdi></label>\n`,
  )
}

function describeRole({ name, description }: ShownRole, language: Language): string {
  if (name === OWNER_ROLE) return stringsIn(language).organizations.roles.owner
  return description ?? name
}

function toRole(name: string): ShownRole {
  return { name, description: undefined }
}
