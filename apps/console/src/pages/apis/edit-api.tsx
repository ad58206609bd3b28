import { NumberInput, Textarea, TextInput } from '@mantine/core'
import type { Api } from '../../api/admin-api.ts'
import { EditDialog } from '../../elements/edit-dialog.tsx'
import { FactorSelect } from '../../elements/factor-select.tsx'
import { useMay } from '../../sign-in/session-context.tsx'
import { describeApi, type TypedApi, typedOf } from './typed-api.ts'

/** Changes an API, unless it is the server’s own. */
export function EditApi({ api, etag }: { readonly api: Api; readonly etag: string | undefined }) {
  const mayWrite = useMay('apis:write')
  if (!mayWrite || api.built_in) return null
  const path = `/apis/${encodeURIComponent(api.audience)}`
  return (
    <div style={{ marginTop: 16 }}>
      <EditDialog
        edited={{
          path,
          etag,
          typed: typedOf(api),
          isComplete: ({ name }) => name.trim() !== '',
          describe: describeApi,
          shownIn: ['/apis', '/roles'],
        }}
        title="Edit the API"
        done="The API is changed."
      >
        {(typed, set) => <Fields typed={typed} set={set} />}
      </EditDialog>
    </div>
  )
}

function Fields({ typed, set }: { readonly typed: TypedApi; readonly set: (changed: Partial<TypedApi>) => void }) {
  return (
    <>
      <TextInput
        label="Name"
        required
        value={typed.name}
        onChange={({ currentTarget }) => set({ name: currentTarget.value })}
      />
      <NumberInput
        label="Tokens live"
        description="In seconds. A longer life means a later end where a guard can’t follow revocations."
        value={typed.lifetimeSeconds}
        allowDecimal={false}
        hideControls
        onChange={(value) => set({ lifetimeSeconds: String(value) })}
      />
      <Textarea
        label="Scopes"
        description="One on a line; after a = what it is in words, such as orders:read=See your orders."
        autosize
        minRows={2}
        value={typed.scopes}
        onChange={({ currentTarget }) => set({ scopes: currentTarget.value })}
      />
      <Textarea
        label="Permissions"
        description="One on a line; after a = what it is, such as orders:refund=Give money back."
        autosize
        minRows={2}
        value={typed.permissions}
        onChange={({ currentTarget }) => set({ permissions: currentTarget.value })}
      />
      <FactorSelect value={typed.factor} onChange={(factor) => set({ factor })} />
    </>
  )
}
