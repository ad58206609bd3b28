import { Button, NativeSelect, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { Invitation, InvitationList, Organization, RolePage } from '../../api/admin-api.ts'
import { useAdminAct, useAdminQuery } from '../../api/admin-queries.ts'
import { ActButton } from '../../elements/act-button.tsx'
import { Answer } from '../../elements/answer.tsx'
import { Chips } from '../../elements/chips.tsx'
import { type Column, DataTable } from '../../elements/data-table.tsx'
import { EmptyState } from '../../elements/empty-state.tsx'
import { FormDialog } from '../../elements/form-dialog.tsx'
import { PageSection } from '../../elements/page-frame.tsx'
import { TimeAgo } from '../../elements/time-ago.tsx'
import { useToasts } from '../../elements/toasts.tsx'
import { useMay } from '../../sign-in/session-context.tsx'

const columns: readonly Column<Invitation>[] = [
  { header: 'Invited', cell: ({ email }) => email },
  { header: 'Roles in it', cell: ({ roles }) => <Chips words={roles} /> },
  { header: 'Sent', cell: ({ sent_at }) => <TimeAgo at={sent_at} /> },
  { header: 'Ends', cell: ({ expires_at }) => <TimeAgo at={expires_at} /> },
]

export function Invitations({ organization }: { readonly organization: Organization }) {
  const invitations = useAdminQuery<InvitationList>(`/organizations/${organization.id}/invitations`)
  const mayWrite = useMay('organizations:write')
  const revoke: Column<Invitation> = {
    header: '',
    cell: (one) => <Revoke organization={organization} invitation={one} />,
  }
  return (
    <PageSection title="Invitations">
      <Answer query={invitations}>
        {({ items }) => (
          <DataTable
            name="Invitations"
            columns={mayWrite ? [...columns, revoke] : columns}
            rows={items}
            keyOf={({ id }) => id}
            empty={
              <EmptyState title="Nobody is invited">Whoever is invited and has not answered stands here.</EmptyState>
            }
          />
        )}
      </Answer>
      {mayWrite && <Invite organization={organization} />}
    </PageSection>
  )
}

function Revoke({
  organization,
  invitation,
}: {
  readonly organization: Organization
  readonly invitation: Invitation
}) {
  const toasts = useToasts()
  const revoke = useAdminAct<unknown>(
    () => [`/organizations/${organization.id}/invitations/${invitation.id}`, { method: 'DELETE' }],
    ['/organizations'],
  )
  return (
    <ActButton
      isQuiet
      label="Revoke"
      title={`Revoke the invitation of ${invitation.email}?`}
      verb="Revoke"
      effect="The link in their mail leads to nothing any more."
      act={async () => {
        await revoke.mutateAsync()
        toasts.done('The invitation is revoked.')
      }}
    />
  )
}

function Invite({ organization }: { readonly organization: Organization }) {
  const [isOpen, setOpen] = useState(false)
  return (
    <div style={{ marginTop: 16 }}>
      <Button variant="default" onClick={() => setOpen(true)}>
        Invite
      </Button>
      {isOpen && <InviteDialog organization={organization} onClose={() => setOpen(false)} />}
    </div>
  )
}

function InviteDialog({
  organization,
  onClose,
}: {
  readonly organization: Organization
  readonly onClose: () => void
}) {
  const [email, setEmail] = useState('')
  const [role, setRole] = useState('owner')
  const roles = useAdminQuery<RolePage>('/roles', { query: { limit: 200 } })
  const toasts = useToasts()
  const invite = useAdminAct<Invitation>(
    () => [`/organizations/${organization.id}/invitations`, { body: { email, roles: role === '' ? [] : [role] } }],
    ['/organizations'],
  )
  const names = (roles.data?.body.items ?? []).filter((one) => one.is_for_organizations).map(({ name }) => name)
  return (
    <FormDialog
      isOpen
      title={`Invite somebody to ${organization.name}`}
      verb="Invite"
      canSend={email.trim() !== ''}
      send={async () => {
        await invite.mutateAsync()
        toasts.done(`A mail to ${email} is on its way.`)
        onClose()
      }}
      onClose={onClose}
    >
      <TextInput
        label="E-mail address"
        type="email"
        required
        data-autofocus
        value={email}
        onChange={({ currentTarget }) => setEmail(currentTarget.value)}
      />
      <NativeSelect
        label="Role in it"
        value={role}
        onChange={({ currentTarget }) => setRole(currentTarget.value)}
        data={[{ value: '', label: 'None' }, ...(names.length === 0 ? ['owner'] : names)]}
      />
    </FormDialog>
  )
}
