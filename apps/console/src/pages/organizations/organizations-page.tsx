import { Button, TextInput } from '@mantine/core'
import { useState } from 'react'
import { Link, useLocation } from 'wouter'
import type { Organization } from '../../api/admin-api.ts'
import { useAdminAct, useAdminList } from '../../api/admin-queries.ts'
import { type Column, ListTable } from '../../elements/data-table.tsx'
import { EmptyState } from '../../elements/empty-state.tsx'
import { FormDialog } from '../../elements/form-dialog.tsx'
import classes from '../../elements/lists.module.css'
import { PageFrame } from '../../elements/page-frame.tsx'
import { TimeAgo } from '../../elements/time-ago.tsx'
import { useIdempotencyKey } from '../../elements/use-idempotency-key.ts'
import { useMay } from '../../sign-in/session-context.tsx'
import { OrganizationState } from './organization-state.tsx'

const columns: readonly Column<Organization>[] = [
  {
    header: 'Organization',
    cell: ({ id, name, slug }) => (
      <>
        <Link href={`/organizations/${id}`} className={classes.name}>
          {name}
        </Link>
        <span className={classes.second}>{slug}</span>
      </>
    ),
  },
  { header: 'State', cell: (organization) => <OrganizationState organization={organization} /> },
  { header: 'Created', cell: ({ created_at }) => <TimeAgo at={created_at} /> },
]

/** Whom people can act for beside themselves. */
export function OrganizationsPage() {
  const list = useAdminList<Organization>('/organizations')
  const mayWrite = useMay('organizations:write')
  const [isOpen, setOpen] = useState(false)
  return (
    <PageFrame
      title="Organizations"
      about="People act for them: tokens then name the organization, and what the person’s roles in it permit."
      actions={mayWrite && <Button onClick={() => setOpen(true)}>Create organization</Button>}
    >
      <ListTable
        name="Organizations"
        list={list}
        columns={columns}
        keyOf={({ id }) => id}
        empty={
          <EmptyState title="No organizations yet">
            A company or a team that people belong to. Create one, and invite its owner.
          </EmptyState>
        }
      />
      <CreateOrganization isOpen={isOpen} onClose={() => setOpen(false)} />
    </PageFrame>
  )
}

const empty = { name: '', slug: '' }

function CreateOrganization({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  const [typed, setTyped] = useState(empty)
  const [, navigate] = useLocation()
  const idempotencyKey = useIdempotencyKey(typed)
  const create = useAdminAct<Organization, typeof typed>(
    ({ name, slug }) => ['/organizations', { idempotencyKey, body: { name, ...(slug !== '' && { slug }) } }],
    ['/organizations'],
  )
  return (
    <FormDialog
      isOpen={isOpen}
      title="Create an organization"
      verb="Create"
      canSend={typed.name.trim() !== ''}
      send={async () => {
        const { body } = await create.mutateAsync(typed)
        setTyped(empty)
        onClose()
        navigate(`/organizations/${body.id}`)
      }}
      onClose={onClose}
    >
      <TextInput
        label="Name"
        required
        data-autofocus
        value={typed.name}
        onChange={({ currentTarget }) => setTyped({ ...typed, name: currentTarget.value })}
      />
      <TextInput
        label="Short name"
        description="What apps may call it besides its id, such as blue-door. Made from the name where it is left empty."
        value={typed.slug}
        onChange={({ currentTarget }) => setTyped({ ...typed, slug: currentTarget.value })}
      />
    </FormDialog>
  )
}
