import { Button, Modal, NativeSelect, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { AccountInvitation, RolePage } from '../../api/admin-api.ts'
import { useAdminAct, useAdminQuery } from '../../api/admin-queries.ts'
import elements from '../../elements/elements.module.css'
import { FormDialog } from '../../elements/form-dialog.tsx'
import { OnceSecret } from '../../elements/once-secret.tsx'
import { useToasts } from '../../elements/toasts.tsx'
import { useIdempotencyKey } from '../../elements/use-idempotency-key.ts'
import { useMay } from '../../sign-in/session-context.tsx'

/** Has somebody open an account themselves, by a link that a mail brings, or that is handed over where no mail is sent. */
export function InviteAccount({ onClose }: { readonly onClose: () => void }) {
  const [typed, setTyped] = useState({ email: '', role: '' })
  const [made, setMade] = useState<{ readonly email: string; readonly link: string }>()
  const toasts = useToasts()
  const idempotencyKey = useIdempotencyKey(typed)
  const { email, role } = typed
  const invite = useAdminAct<AccountInvitation>(
    () => ['/accounts/invitations', { idempotencyKey, body: { email, ...(role !== '' && { roles: [role] }) } }],
    ['/audit'],
  )
  if (made) return <MadeLink made={made} onClose={onClose} />
  return (
    <FormDialog
      isOpen
      title="Invite somebody"
      verb="Invite"
      canSend={email.trim() !== ''}
      send={async () => {
        const { body } = await invite.mutateAsync()
        if (body.link !== null) return setMade({ email: body.email, link: body.link })
        toasts.done(`A mail to ${body.email} is on its way: its link opens an account.`)
        onClose()
      }}
      onClose={onClose}
    >
      <TextInput
        label="E-mail address"
        description="They choose a user name and a password themselves, within 7 days."
        type="email"
        required
        data-autofocus
        autoComplete="off"
        value={email}
        onChange={({ currentTarget }) => setTyped({ ...typed, email: currentTarget.value })}
      />
      <RoleField value={role} set={(chosen) => setTyped({ ...typed, role: chosen })} />
    </FormDialog>
  )
}

function RoleField({ value, set }: { readonly value: string; readonly set: (role: string) => void }) {
  const maySee = useMay('roles:read')
  const mayGive = useMay('roles:write')
  const roles = useAdminQuery<RolePage>('/roles', {
    query: { is_for_organizations: false, limit: 200 },
    isEnabled: maySee && mayGive,
  })
  if (!maySee || !mayGive) return null
  const names = (roles.data?.body.items ?? []).map(({ name }) => name)
  return (
    <NativeSelect
      label="Role"
      description="Given with the account, if you may still give it then."
      value={value}
      onChange={({ currentTarget }) => set(currentTarget.value)}
      data={[{ value: '', label: 'None' }, ...names.map((name) => ({ value: name, label: name }))]}
    />
  )
}

function MadeLink({
  made: { email, link },
  onClose,
}: {
  readonly made: { readonly email: string; readonly link: string }
  readonly onClose: () => void
}) {
  return (
    <Modal
      opened
      onClose={onClose}
      title={`${email} is invited`}
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <OnceSecret text={link} what="the link">
        No mail is sent here. Hand this link over; it is good once, for 7 days, and shown only now:
      </OnceSecret>
      <div className={elements.dialogActions}>
        <Button onClick={onClose}>I have it</Button>
      </div>
    </Modal>
  )
}
