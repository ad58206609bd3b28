import { Button, Modal, NativeSelect, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { Account, Api, Impersonation } from '../../api/admin-api.ts'
import { useAdminAct, useAdminList } from '../../api/admin-queries.ts'
import elements from '../../elements/elements.module.css'
import { FormDialog } from '../../elements/form-dialog.tsx'
import { OnceSecret } from '../../elements/once-secret.tsx'
import { useIdempotencyKey } from '../../elements/use-idempotency-key.ts'
import { useMay } from '../../sign-in/session-context.tsx'

/** A token that acts as the person at one API, for whoever may; the person is told, and reads why. */
export function Impersonate({ account }: { readonly account: Account }) {
  const mayImpersonate = useMay('accounts:impersonate')
  const maySeeApis = useMay('apis:read')
  const [isOpen, setOpen] = useState(false)
  if (!mayImpersonate || !maySeeApis || account.state !== 'active') return null
  return (
    <>
      <Button variant="default" onClick={() => setOpen(true)}>
        Act as them
      </Button>
      {isOpen && <ImpersonateDialog account={account} onClose={() => setOpen(false)} />}
    </>
  )
}

function ImpersonateDialog({ account, onClose }: { readonly account: Account; readonly onClose: () => void }) {
  const [typed, setTyped] = useState({ reason: '', audience: '' })
  const [token, setToken] = useState<string>()
  const apis = useAdminList<Api>('/apis', { limit: 200 })
  const idempotencyKey = useIdempotencyKey(typed)
  const begin = useAdminAct<Impersonation>(
    () => [`/accounts/${account.id}/impersonation`, { idempotencyKey, body: typed }],
    ['/accounts', '/sessions'],
  )
  const audiences = apis.items
    .filter((api) => !api.built_in)
    .map(({ audience, name }) => ({ value: audience, label: name }))
  if (token !== undefined) return <MadeToken account={account} token={token} onClose={onClose} />
  return (
    <FormDialog
      isOpen
      title={`Act as ${account.username}?`}
      verb="Act as them"
      canSend={typed.reason.trim().length >= 3 && typed.audience !== ''}
      send={async () => {
        const { body } = await begin.mutateAsync()
        if (body.access_token === null) onClose()
        else setToken(body.access_token)
      }}
      onClose={onClose}
    >
      <p style={{ margin: 0 }}>
        Gives a token that acts as them at one API, for 15 minutes at most. They are told by mail, read the reason on
        their account page, and can end it.
      </p>
      <TextInput
        label="Reason"
        description={`${account.username} reads it.`}
        required
        data-autofocus
        value={typed.reason}
        onChange={({ currentTarget }) => setTyped({ ...typed, reason: currentTarget.value })}
      />
      <NativeSelect
        label="API"
        required
        value={typed.audience}
        onChange={({ currentTarget }) => setTyped({ ...typed, audience: currentTarget.value })}
        data={[{ value: '', label: 'Choose one' }, ...audiences]}
      />
    </FormDialog>
  )
}

function MadeToken({
  account,
  token,
  onClose,
}: {
  readonly account: Account
  readonly token: string
  readonly onClose: () => void
}) {
  return (
    <Modal
      opened
      onClose={onClose}
      title={`You act as ${account.username}`}
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <OnceSecret text={token} what="the token">
        The token, shown only now. It says that you act for them, and ends by itself.
      </OnceSecret>
      <div className={elements.dialogActions}>
        <Button onClick={onClose}>I have it</Button>
      </div>
    </Modal>
  )
}
