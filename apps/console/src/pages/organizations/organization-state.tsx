import type { Organization } from '../../api/admin-api.ts'
import { StateWord } from '../../elements/state-word.tsx'

export function OrganizationState({ organization }: { readonly organization: Pick<Organization, 'disabled_at'> }) {
  return organization.disabled_at === null ? (
    <StateWord tone="good">People act for it</StateWord>
  ) : (
    <StateWord tone="danger">Disabled</StateWord>
  )
}
