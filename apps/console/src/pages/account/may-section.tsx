import { Button, NativeSelect } from '@mantine/core'
import { useState } from 'react'
import type { Account, RolePage } from '../../api/admin-api.ts'
import { useAdminAct, useAdminQuery } from '../../api/admin-queries.ts'
import { ActButton } from '../../elements/act-button.tsx'
import { type Confirmation, doneWords, WAIT } from '../../elements/confirmation-words.ts'
import { FormDialog } from '../../elements/form-dialog.tsx'
import classes from '../../elements/lists.module.css'
import { PageSection } from '../../elements/page-frame.tsx'
import { useToasts } from '../../elements/toasts.tsx'
import { useMay } from '../../sign-in/session-context.tsx'
import { ApiKeys } from './api-keys.tsx'
import { Consents } from './consents.tsx'
import { Impersonate } from './impersonate.tsx'
import { Memberships } from './memberships.tsx'

export function MaySection({ account }: { readonly account: Account }) {
  const mayWrite = useMay('roles:write')
  const maySeeOrganizations = useMay('organizations:read')
  return (
    <PageSection title="What may they do?">
      {account.roles.length === 0 && <p className="muted">They have no role.</p>}
      <ul className={classes.rows}>
        {account.roles.map((role) => (
          <li key={role}>
            <span className={classes.name}>{role}</span>
            {mayWrite && <TakeRole account={account} role={role} />}
          </li>
        ))}
      </ul>
      <div className={classes.acts}>
        {mayWrite && <GiveRole account={account} />}
        <Impersonate account={account} />
      </div>
      {maySeeOrganizations && <Memberships account={account} />}
      <Consents account={account} />
      <ApiKeys account={account} />
    </PageSection>
  )
}

function TakeRole({ account, role }: { readonly account: Account; readonly role: string }) {
  const toasts = useToasts()
  const take = useAdminAct<Confirmation>(
    () => [`/accounts/${account.id}/roles/${encodeURIComponent(role)}`, { method: 'DELETE', query: { wait: WAIT } }],
    ['/accounts'],
  )
  return (
    <ActButton
      isQuiet
      label="Take away"
      title={`Take ${role} from ${account.username}?`}
      verb="Take away"
      effect="What the role permits ends within a second: tokens that carry it are refused, and apps refresh them."
      act={async () => {
        const { body } = await take.mutateAsync()
        toasts.done(doneWords(`${account.username} is ${role} no more.`, body))
      }}
    />
  )
}

function GiveRole({ account }: { readonly account: Account }) {
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <Button variant="default" onClick={() => setOpen(true)}>
        Give a role
      </Button>
      {isOpen && <GiveRoleDialog account={account} onClose={() => setOpen(false)} />}
    </>
  )
}

function GiveRoleDialog({ account, onClose }: { readonly account: Account; readonly onClose: () => void }) {
  const roles = useAdminQuery<RolePage>('/roles', { query: { limit: 200 } })
  const [role, setRole] = useState('')
  const toasts = useToasts()
  const give = useAdminAct<Confirmation>(
    () => [`/accounts/${account.id}/roles/${encodeURIComponent(role)}`, { method: 'PUT', query: { wait: WAIT } }],
    ['/accounts'],
  )
  const names = (roles.data?.body.items ?? [])
    .filter(({ name, is_for_organizations }) => !is_for_organizations && !account.roles.includes(name))
    .map(({ name }) => name)
  return (
    <FormDialog
      isOpen
      title={`A role for ${account.username}`}
      verb="Give"
      canSend={role !== ''}
      send={async () => {
        const { body } = await give.mutateAsync()
        toasts.done(doneWords(`${account.username} is ${role}.`, body))
        onClose()
      }}
      onClose={onClose}
    >
      <NativeSelect
        label="Role"
        description="It holds as soon as their apps refresh their tokens, within a second."
        value={role}
        onChange={({ currentTarget }) => setRole(currentTarget.value)}
        data={[{ value: '', label: 'Choose one' }, ...names]}
      />
    </FormDialog>
  )
}
