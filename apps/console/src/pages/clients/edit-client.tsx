import { Checkbox, Textarea, TextInput } from '@mantine/core'
import type { Client } from '../../api/admin-api.ts'
import { EditDialog } from '../../elements/edit-dialog.tsx'
import { FactorSelect } from '../../elements/factor-select.tsx'
import { linesOf } from '../../elements/lines-of.ts'
import { useMay } from '../../sign-in/session-context.tsx'

interface Typed {
  readonly name: string
  readonly redirectUris: string
  readonly logoutUris: string
  readonly scopes: string
  readonly isFirstParty: boolean
  readonly factor: string
}

function typedOf(client: Client): Typed {
  return {
    name: client.name,
    redirectUris: client.redirect_uris.join('\n'),
    logoutUris: client.post_logout_redirect_uris.join('\n'),
    scopes: client.scopes.join(' '),
    isFirstParty: client.is_first_party,
    factor: client.required_factor ?? '',
  }
}

/** Changes a client that an operator may change. */
export function EditClient({ client, etag }: { readonly client: Client; readonly etag: string | undefined }) {
  const mayWrite = useMay('clients:write')
  if (!mayWrite || client.origin === 'built_in' || client.origin === 'document') return null
  const path = `/clients/${encodeURIComponent(client.id)}`
  return (
    <div style={{ marginTop: 16 }}>
      <EditDialog
        edited={{
          path,
          etag,
          typed: typedOf(client),
          isComplete: ({ name }) => name.trim() !== '',
          describe,
          shownIn: ['/clients'],
        }}
        title="Edit the client"
        done="The client is changed. What its sessions may is asked anew at their next refresh."
      >
        {(typed, set) => <Fields typed={typed} set={set} />}
      </EditDialog>
    </div>
  )
}

function Fields({ typed, set }: { readonly typed: Typed; readonly set: (changed: Partial<Typed>) => void }) {
  return (
    <>
      <TextInput
        label="Name"
        required
        value={typed.name}
        onChange={({ currentTarget }) => set({ name: currentTarget.value })}
      />
      <Textarea
        label="Redirect URIs"
        description="One on a line."
        autosize
        minRows={2}
        value={typed.redirectUris}
        onChange={({ currentTarget }) => set({ redirectUris: currentTarget.value })}
      />
      <Textarea
        label="After signing out"
        description="Where people may be led, one on a line."
        autosize
        minRows={1}
        value={typed.logoutUris}
        onChange={({ currentTarget }) => set({ logoutUris: currentTarget.value })}
      />
      <TextInput
        label="Scopes"
        description="With blanks between."
        value={typed.scopes}
        onChange={({ currentTarget }) => set({ scopes: currentTarget.value })}
      />
      <FactorSelect value={typed.factor} onChange={(factor) => set({ factor })} />
      <Checkbox
        label="It is our own: people are not asked whether they agree"
        checked={typed.isFirstParty}
        onChange={({ currentTarget }) => set({ isFirstParty: currentTarget.checked })}
      />
    </>
  )
}

function describe({ name, redirectUris, logoutUris, scopes, isFirstParty, factor }: Typed): object {
  return {
    name,
    redirect_uris: linesOf(redirectUris),
    post_logout_redirect_uris: linesOf(logoutUris),
    scopes: scopes.split(/\s+/).filter(Boolean),
    is_first_party: isFirstParty,
    required_factor: factor === '' ? null : factor,
  }
}
