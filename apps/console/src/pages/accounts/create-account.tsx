import { Button, Modal, Radio, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useLocation } from 'wouter'
import type { Account, PasswordOutcome } from '../../api/admin-api.ts'
import { useAdminAct } from '../../api/admin-queries.ts'
import elements from '../../elements/elements.module.css'
import { FormDialog } from '../../elements/form-dialog.tsx'
import lists from '../../elements/lists.module.css'
import { OnceSecret } from '../../elements/once-secret.tsx'
import { useIdempotencyKey } from '../../elements/use-idempotency-key.ts'

interface Typed {
  readonly username: string
  readonly email: string
  readonly way: string
  readonly password: string
}

interface Made {
  readonly account: Account
  readonly password: string
}

/** Makes an account, which can be logged in to at once. */
export function CreateAccount({ onClose }: { readonly onClose: () => void }) {
  const [typed, setTyped] = useState<Typed>({ username: '', email: '', way: 'generate', password: '' })
  const [made, setMade] = useState<Made>()
  const [, navigate] = useLocation()
  const create = useCreation(typed)
  const isReady = typed.username.trim() !== '' && (typed.way !== 'set' || typed.password !== '')
  if (made) return <MadeAccount made={made} onClose={onClose} />
  return (
    <FormDialog
      isOpen
      title="Create an account"
      verb="Create"
      canSend={isReady}
      send={async () => {
        const { account, password } = await create()
        if (password !== null) return setMade({ account, password })
        onClose()
        navigate(`/accounts/${account.id}`)
      }}
      onClose={onClose}
    >
      <Fields typed={typed} set={(changed) => setTyped({ ...typed, ...changed })} />
    </FormDialog>
  )
}

/** The account first, then what its person logs in with: an account without a password is whole, and its page gives it one. */
function useCreation(typed: Typed): () => Promise<{ readonly account: Account; readonly password: string | null }> {
  const { username, email, way, password } = typed
  const idempotencyKey = useIdempotencyKey(typed)
  const create = useAdminAct<Account>(
    () => [
      '/accounts',
      {
        idempotencyKey,
        body: { username, ...(email !== '' && { email }), ...(way === 'set' && { password }) },
      },
    ],
    ['/accounts'],
  )
  const give = useAdminAct<PasswordOutcome, string>(
    (id) => [`/accounts/${id}/password`, { idempotencyKey, body: { generate: true } }],
    ['/accounts'],
  )
  return async () => {
    const { body: account } = await create.mutateAsync()
    if (way === 'set') return { account, password: null }
    const { body: outcome } = await give.mutateAsync(account.id)
    return { account, password: outcome.password }
  }
}

function Fields({ typed, set }: { readonly typed: Typed; readonly set: (changed: Partial<Typed>) => void }) {
  return (
    <>
      <TextInput
        label="User name"
        required
        data-autofocus
        autoComplete="off"
        value={typed.username}
        onChange={({ currentTarget }) => set({ username: currentTarget.value })}
      />
      <TextInput
        label="E-mail address"
        description="May be used to log in as well."
        type="email"
        autoComplete="off"
        value={typed.email}
        onChange={({ currentTarget }) => set({ email: currentTarget.value })}
      />
      <Radio.Group label="Password" value={typed.way} onChange={(way) => set({ way })}>
        <div className={lists.fields} style={{ marginTop: 8, gap: 8 }}>
          <Radio value="generate" label="Generate one, and show it once" />
          <Radio value="set" label="Set one" />
        </div>
      </Radio.Group>
      {typed.way === 'set' && (
        <TextInput
          label="The password"
          description="15 characters or more."
          autoComplete="off"
          value={typed.password}
          onChange={({ currentTarget }) => set({ password: currentTarget.value })}
        />
      )}
    </>
  )
}

function MadeAccount({ made: { account, password }, onClose }: { readonly made: Made; readonly onClose: () => void }) {
  const [, navigate] = useLocation()
  return (
    <Modal
      opened
      onClose={onClose}
      title={`${account.username} can log in`}
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <OnceSecret text={password} what="the password">
        The password, shown only now:
      </OnceSecret>
      <div className={elements.dialogActions}>
        <Button
          onClick={() => {
            onClose()
            navigate(`/accounts/${account.id}`)
          }}
        >
          Open the account
        </Button>
      </div>
    </Modal>
  )
}
