import { Checkbox, Radio, Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useLocation } from 'wouter'
import type { CreatedClient } from '../../api/admin-api.ts'
import { useAdminAct } from '../../api/admin-queries.ts'
import { FormDialog } from '../../elements/form-dialog.tsx'
import { keepSecret } from '../../elements/kept-secrets.ts'
import { linesOf } from '../../elements/lines-of.ts'
import lists from '../../elements/lists.module.css'
import { useIdempotencyKey } from '../../elements/use-idempotency-key.ts'
import { clientKinds } from './client-kinds.ts'

const empty = { name: '', kind: 'web', redirectUris: '', scopes: '', isFirstParty: true }

/** Makes a client; its page shows the secret this once. */
export function CreateClient({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  const [typed, setTyped] = useState(empty)
  const [, navigate] = useLocation()
  const idempotencyKey = useIdempotencyKey(typed)
  const kind = clientKinds.find(({ value }) => value === typed.kind)
  const create = useAdminAct<CreatedClient>(() => ['/clients', { idempotencyKey, body: describe(typed) }], ['/clients'])
  return (
    <FormDialog
      isOpen={isOpen}
      title="Create a client"
      verb="Create"
      canSend={typed.name.trim() !== '' && (!kind?.hasRedirect || linesOf(typed.redirectUris).length > 0)}
      send={async () => {
        const { body } = await create.mutateAsync()
        if (body.client_secret) keepSecret(body.id, body.client_secret)
        setTyped(empty)
        onClose()
        navigate(`/clients/${encodeURIComponent(body.id)}`)
      }}
      onClose={onClose}
    >
      <TextInput
        label="Name"
        description="People see it where they sign in."
        required
        data-autofocus
        value={typed.name}
        onChange={({ currentTarget }) => setTyped({ ...typed, name: currentTarget.value })}
      />
      <Radio.Group label="It is" value={typed.kind} onChange={(value) => setTyped({ ...typed, kind: value })}>
        <div className={lists.fields} style={{ marginTop: 8, gap: 8 }}>
          {clientKinds.map(({ value, label }) => (
            <Radio key={value} value={value} label={label} />
          ))}
        </div>
      </Radio.Group>
      {kind?.hasRedirect && (
        <Textarea
          label="Redirect URIs"
          description="Where people come back to, one on a line, such as https://app.example.com/callback."
          required
          autosize
          minRows={2}
          value={typed.redirectUris}
          onChange={({ currentTarget }) => setTyped({ ...typed, redirectUris: currentTarget.value })}
        />
      )}
      {kind?.value === 'program' && (
        <TextInput
          label="Scopes"
          description="What it may ask for, with blanks between."
          value={typed.scopes}
          onChange={({ currentTarget }) => setTyped({ ...typed, scopes: currentTarget.value })}
        />
      )}
      {kind?.hasRedirect && (
        <Checkbox
          label="It is our own: people are not asked whether they agree"
          checked={typed.isFirstParty}
          onChange={({ currentTarget }) => setTyped({ ...typed, isFirstParty: currentTarget.checked })}
        />
      )}
    </FormDialog>
  )
}

function describe({ name, kind: chosen, redirectUris, scopes, isFirstParty }: typeof empty): object {
  const kind = clientKinds.find(({ value }) => value === chosen)
  if (!kind) throw new Error(`no such kind of client: ${chosen}`)
  const { type, grants, hasRedirect } = kind
  return {
    ...{ name, type, grants },
    ...(hasRedirect && { redirect_uris: linesOf(redirectUris), is_first_party: isFirstParty }),
    ...(chosen === 'program' && { scopes: scopes.split(/\s+/).filter(Boolean) }),
  }
}
