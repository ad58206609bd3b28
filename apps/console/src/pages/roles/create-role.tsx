import { Checkbox, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { Role } from '../../api/admin-api.ts'
import { useAdminAct } from '../../api/admin-queries.ts'
import { FormDialog } from '../../elements/form-dialog.tsx'
import { useToasts } from '../../elements/toasts.tsx'
import { useIdempotencyKey } from '../../elements/use-idempotency-key.ts'

const empty = { name: '', description: '', isForOrganizations: false }

export function CreateRole({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  const [typed, setTyped] = useState(empty)
  const toasts = useToasts()
  const idempotencyKey = useIdempotencyKey(typed)
  const create = useAdminAct<Role, typeof typed>(
    ({ name, description, isForOrganizations }) => [
      '/roles',
      {
        idempotencyKey,
        body: { name, ...(description !== '' && { description }), is_for_organizations: isForOrganizations },
      },
    ],
    ['/roles'],
  )
  return (
    <FormDialog
      isOpen={isOpen}
      title="Create a role"
      verb="Create"
      canSend={typed.name.trim() !== ''}
      send={async () => {
        await create.mutateAsync(typed)
        setTyped(empty)
        onClose()
        toasts.done(`The role ${typed.name} is there. Give it to accounts on their pages.`)
      }}
      onClose={onClose}
    >
      <TextInput
        label="Name"
        description="As tokens carry it, such as editor."
        required
        data-autofocus
        value={typed.name}
        onChange={({ currentTarget }) => setTyped({ ...typed, name: currentTarget.value })}
      />
      <TextInput
        label="Description"
        value={typed.description}
        onChange={({ currentTarget }) => setTyped({ ...typed, description: currentTarget.value })}
      />
      <Checkbox
        label="For members of organizations"
        checked={typed.isForOrganizations}
        onChange={({ currentTarget }) => setTyped({ ...typed, isForOrganizations: currentTarget.checked })}
      />
    </FormDialog>
  )
}
