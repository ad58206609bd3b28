import { TextInput } from '@mantine/core'
import type { Organization } from '../../api/admin-api.ts'
import { EditDialog } from '../../elements/edit-dialog.tsx'

/** Calls an organization something else. */
export function EditOrganization({
  organization: { id, name, slug },
  etag,
}: {
  readonly organization: Organization
  readonly etag: string | undefined
}) {
  return (
    <EditDialog
      edited={{
        ...{ path: `/organizations/${id}`, etag, typed: { name, slug } },
        describe: (typed) => typed,
        isComplete: (typed) => typed.name.trim() !== '' && typed.slug.trim() !== '',
        shownIn: ['/organizations', '/accounts'],
      }}
      title="Edit the organization"
      done="The organization is changed."
    >
      {(typed, set) => (
        <>
          <TextInput
            label="Name"
            required
            value={typed.name}
            onChange={({ currentTarget }) => set({ name: currentTarget.value })}
          />
          <TextInput
            label="Short name"
            required
            value={typed.slug}
            onChange={({ currentTarget }) => set({ slug: currentTarget.value })}
          />
        </>
      )}
    </EditDialog>
  )
}
