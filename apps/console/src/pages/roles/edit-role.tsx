import { Button, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { Role } from '../../api/admin-api.ts'
import { useAdminAct, useAdminQuery } from '../../api/admin-queries.ts'
import { FactorSelect } from '../../elements/factor-select.tsx'
import { FormDialog } from '../../elements/form-dialog.tsx'
import { useToasts } from '../../elements/toasts.tsx'

/** What a role is called in words, and what whoever has it must prove: of one that is built in only the latter. */
export function EditRole({ role }: { readonly role: Role }) {
  const [isOpen, setOpen] = useState(false)
  if (role.is_built_in && role.is_for_organizations) return null
  return (
    <>
      <Button variant="default" size="xs" onClick={() => setOpen(true)}>
        Edit
      </Button>
      {isOpen && <EditRoleDialog role={role} onClose={() => setOpen(false)} />}
    </>
  )
}

/** Reads it first: a list has no entity tags. */
function EditRoleDialog({ role, onClose }: { readonly role: Role; readonly onClose: () => void }) {
  const read = useAdminQuery<Role>(`/roles/${encodeURIComponent(role.name)}`)
  if (read.isPending) return null
  return <EditRoleForm role={read.data?.body ?? role} etag={read.data?.etag} onClose={onClose} />
}

/** Changes what was known when the dialog was opened. */
function EditRoleForm({
  role,
  etag,
  onClose,
}: {
  readonly role: Role
  readonly etag: string | undefined
  readonly onClose: () => void
}) {
  const [opened] = useState({ role, etag })
  const [typed, setTyped] = useState({ description: role.description ?? '', factor: role.required_factor ?? '' })
  const toasts = useToasts()
  const edit = useAdminAct<Role>(
    () => [
      `/roles/${encodeURIComponent(role.name)}`,
      { method: 'PATCH', ifMatch: opened.etag, body: describe(opened.role, typed) },
    ],
    ['/roles', '/accounts'],
  )
  return (
    <FormDialog
      isOpen
      title={`Edit the role ${role.name}`}
      verb="Save"
      canSend={role.is_built_in || typed.description.trim() !== ''}
      send={async () => {
        await edit.mutateAsync()
        onClose()
        toasts.done(`The role ${role.name} is changed.`)
      }}
      onClose={onClose}
    >
      {!role.is_built_in && (
        <TextInput
          label="Description"
          required
          data-autofocus
          value={typed.description}
          onChange={({ currentTarget }) => setTyped({ ...typed, description: currentTarget.value })}
        />
      )}
      {!role.is_for_organizations && (
        <FactorSelect
          description="Whoever has the role must prove it: at once, and not only at the next sign-in."
          value={typed.factor}
          onChange={(factor) => setTyped({ ...typed, factor })}
        />
      )}
    </FormDialog>
  )
}

function describe(role: Role, { description, factor }: { readonly description: string; readonly factor: string }) {
  return {
    ...(description !== (role.description ?? '') && { description }),
    ...(factor !== (role.required_factor ?? '') && { required_factor: factor === '' ? null : factor }),
  }
}
