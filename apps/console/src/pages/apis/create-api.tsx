import { TextInput } from '@mantine/core'
import { useState } from 'react'
import { useLocation } from 'wouter'
import type { CreatedApi } from '../../api/admin-api.ts'
import { useAdminAct } from '../../api/admin-queries.ts'
import { FormDialog } from '../../elements/form-dialog.tsx'
import { keepSecret } from '../../elements/kept-secrets.ts'
import { useIdempotencyKey } from '../../elements/use-idempotency-key.ts'

const empty = { audience: '', name: '', scopes: '' }

export function CreateApi({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  const [typed, setTyped] = useState(empty)
  const [, navigate] = useLocation()
  const idempotencyKey = useIdempotencyKey(typed)
  const create = useAdminAct<CreatedApi, typeof typed>(
    ({ audience, name, scopes }) => [
      '/apis',
      { idempotencyKey, body: { audience, name, scopes: scopes.split(/\s+/).filter(Boolean) } },
    ],
    ['/apis'],
  )
  return (
    <FormDialog
      isOpen={isOpen}
      title="Create an API"
      verb="Create"
      canSend={typed.audience.trim() !== '' && typed.name.trim() !== ''}
      send={async () => {
        const { body } = await create.mutateAsync(typed)
        if (body.secret) keepSecret(body.audience, body.secret)
        setTyped(empty)
        onClose()
        navigate(`/apis/${encodeURIComponent(body.audience)}`)
      }}
      onClose={onClose}
    >
      <TextInput
        label="Audience"
        description="The URI by which tokens name it. It stays."
        placeholder="https://api.example.com"
        required
        data-autofocus
        value={typed.audience}
        onChange={({ currentTarget }) => setTyped({ ...typed, audience: currentTarget.value })}
      />
      <TextInput
        label="Name"
        description="People see it where they are asked."
        required
        value={typed.name}
        onChange={({ currentTarget }) => setTyped({ ...typed, name: currentTarget.value })}
      />
      <TextInput
        label="Scopes"
        description="What apps may ask for, with blanks between, such as orders:read orders:write."
        value={typed.scopes}
        onChange={({ currentTarget }) => setTyped({ ...typed, scopes: currentTarget.value })}
      />
    </FormDialog>
  )
}
