import { Button, Checkbox, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { Account } from '../../api/admin-api.ts'
import { useAdminAct } from '../../api/admin-queries.ts'
import { FormDialog } from '../../elements/form-dialog.tsx'
import { useToasts } from '../../elements/toasts.tsx'

interface Typed {
  readonly username: string
  readonly email: string
  readonly isVerified: boolean
  readonly name: string
}

function typedOf({ username, email, email_verified, profile }: Account): Typed {
  return { username, email: email ?? '', isVerified: email_verified, name: profile.name ?? '' }
}

/** Changes what was known when the dialog was opened: what somebody else changed meanwhile is told, and not overwritten. */
export function EditAccount({ account, etag }: { readonly account: Account; readonly etag: string | undefined }) {
  const [opened, setOpened] = useState<{ readonly account: Account; readonly etag: string | undefined }>()
  const [typed, setTyped] = useState<Typed>(() => typedOf(account))
  const toasts = useToasts()
  const edit = useAdminAct<Account, object>(
    (body) => [`/accounts/${account.id}`, { method: 'PATCH', body, ifMatch: opened?.etag }],
    ['/accounts'],
  )
  return (
    <div style={{ marginTop: 16 }}>
      <Button
        variant="default"
        onClick={() => {
          setTyped(typedOf(account))
          setOpened({ account, etag })
        }}
      >
        Edit
      </Button>
      <FormDialog
        isOpen={opened !== undefined}
        title="Edit the account"
        verb="Save"
        canSend={typed.username.trim() !== ''}
        send={async () => {
          await edit.mutateAsync(changesOf(opened?.account ?? account, typed))
          setOpened(undefined)
          toasts.done('The account is changed.')
        }}
        onClose={() => setOpened(undefined)}
      >
        <TextInput
          label="User name"
          required
          value={typed.username}
          onChange={({ currentTarget }) => setTyped({ ...typed, username: currentTarget.value })}
        />
        <TextInput
          label="E-mail address"
          type="email"
          value={typed.email}
          onChange={({ currentTarget }) => setTyped({ ...typed, email: currentTarget.value })}
        />
        <Checkbox
          label="The address is known to be theirs"
          checked={typed.isVerified}
          onChange={({ currentTarget }) => setTyped({ ...typed, isVerified: currentTarget.checked })}
        />
        <TextInput
          label="Name"
          description="What apps show, as the claim name."
          value={typed.name}
          onChange={({ currentTarget }) => setTyped({ ...typed, name: currentTarget.value })}
        />
      </FormDialog>
    </div>
  )
}

/** Only what was changed. */
function changesOf(account: Account, { username, email, isVerified, name }: Typed): object {
  const isOther = (account.email ?? '') !== email
  return {
    ...(username !== account.username && { username }),
    ...(isOther && email !== '' && { email }),
    ...((isVerified !== account.email_verified || isOther) && email !== '' && { email_verified: isVerified }),
    ...(name !== (account.profile.name ?? '') && { profile: { name: name === '' ? null : name } }),
  }
}
