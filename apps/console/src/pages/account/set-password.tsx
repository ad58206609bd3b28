import { Button, Modal, Radio, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { Account, PasswordOutcome } from '../../api/admin-api.ts'
import { useAdminAct } from '../../api/admin-queries.ts'
import { doneWords, WAIT } from '../../elements/confirmation-words.ts'
import elements from '../../elements/elements.module.css'
import { FormDialog } from '../../elements/form-dialog.tsx'
import lists from '../../elements/lists.module.css'
import { OnceSecret } from '../../elements/once-secret.tsx'
import { useToasts } from '../../elements/toasts.tsx'

const effects: Readonly<Record<string, string>> = {
  generate: 'Ends all of their sessions now. The new password is shown once, for you to hand over.',
  set: 'Ends all of their sessions now.',
  mail: 'Changes nothing until they open the link in the mail and choose one.',
}

/** A new password, or a mail by which they choose one. */
export function SetPassword({ account }: { readonly account: Account }) {
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <Button variant="default" onClick={() => setOpen(true)}>
        Password
      </Button>
      {isOpen && <PasswordDialog account={account} onClose={() => setOpen(false)} />}
    </>
  )
}

function PasswordDialog({ account, onClose }: { readonly account: Account; readonly onClose: () => void }) {
  const [way, setWay] = useState('generate')
  const [password, setPassword] = useState('')
  const [made, setMade] = useState<string>()
  const toasts = useToasts()
  const change = useAdminAct<PasswordOutcome>(
    () => [`/accounts/${account.id}/password`, { query: { wait: WAIT }, body: wanted(way, password) }],
    ['/accounts', '/sessions'],
  )
  if (made !== undefined) return <MadePassword account={account} password={made} onClose={onClose} />
  return (
    <FormDialog
      isOpen
      title={`A password for ${account.username}`}
      verb={way === 'mail' ? 'Send the mail' : 'Change the password'}
      canSend={way !== 'set' || password !== ''}
      send={async () => {
        const { body } = await change.mutateAsync()
        toasts.done(doneWords(way === 'mail' ? 'The mail is on its way.' : 'The password is changed.', body))
        if (body.password === null) onClose()
        else setMade(body.password)
      }}
      onClose={onClose}
    >
      <Radio.Group label="How" value={way} onChange={setWay}>
        <div className={lists.fields} style={{ marginTop: 8, gap: 8 }}>
          <Radio value="generate" label="Generate one, and show it once" />
          <Radio value="set" label="Set one" />
          <Radio value="mail" label="Send them a mail to choose one" disabled={account.email === null} />
        </div>
      </Radio.Group>
      {way === 'set' && (
        <TextInput
          label="The password"
          autoComplete="off"
          value={password}
          onChange={({ currentTarget }) => setPassword(currentTarget.value)}
        />
      )}
      <p className="small muted" style={{ margin: 0 }}>
        {effects[way]}
      </p>
    </FormDialog>
  )
}

function MadePassword({
  account,
  password,
  onClose,
}: {
  readonly account: Account
  readonly password: string
  readonly onClose: () => void
}) {
  return (
    <Modal
      opened
      onClose={onClose}
      title={`A password for ${account.username}`}
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <OnceSecret text={password} what="the password">
        The new password, shown only now:
      </OnceSecret>
      <div className={elements.dialogActions}>
        <Button onClick={onClose}>I have it</Button>
      </div>
    </Modal>
  )
}

function wanted(way: string, password: string): object {
  if (way === 'mail') return { send_recovery: true }
  return way === 'generate' ? { generate: true } : { password }
}
