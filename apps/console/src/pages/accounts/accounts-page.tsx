import { Button, NativeSelect } from '@mantine/core'
import { useState } from 'react'
import { Link } from 'wouter'
import type { AccountSummary, RolePage } from '../../api/admin-api.ts'
import { useAdminList, useAdminQuery } from '../../api/admin-queries.ts'
import { AccountState } from '../../elements/account-state.tsx'
import { Chips } from '../../elements/chips.tsx'
import { type Column, ListTable } from '../../elements/data-table.tsx'
import { EmptyState } from '../../elements/empty-state.tsx'
import classes from '../../elements/lists.module.css'
import { PageFrame } from '../../elements/page-frame.tsx'
import { SearchField } from '../../elements/search-field.tsx'
import { TimeAgo } from '../../elements/time-ago.tsx'
import { useSearchState } from '../../elements/use-search-state.ts'
import { useMay } from '../../sign-in/session-context.tsx'
import { CreateAccount } from './create-account.tsx'
import { InviteAccount } from './invite-account.tsx'

const columns: readonly Column<AccountSummary>[] = [
  {
    header: 'Account',
    cell: ({ id, username, email }) => (
      <>
        <Link href={`/accounts/${id}`} className={classes.name}>
          {username}
        </Link>
        {email !== null && email !== username && <span className={classes.second}>{email}</span>}
      </>
    ),
  },
  { header: 'State', cell: (account) => <AccountState account={account} /> },
  { header: 'Roles', cell: ({ roles }) => <Chips words={roles} /> },
  { header: 'Created', cell: ({ created_at }) => <TimeAgo at={created_at} /> },
]

/** Everybody who can log in, found by the beginning of a name, an address or an id. */
export function AccountsPage() {
  const [{ q = '', state, role }, setSearch] = useSearchState()
  const list = useAdminList<AccountSummary>('/accounts', { q: q || undefined, state, role })
  const mayWrite = useMay('accounts:write')
  const [open, setOpen] = useState<'create' | 'invite'>()
  const isFiltered = q !== '' || state !== undefined || role !== undefined
  return (
    <PageFrame
      title="Accounts"
      about="Everybody who can log in here."
      actions={
        mayWrite && (
          <>
            <Button variant="default" onClick={() => setOpen('invite')}>
              Invite
            </Button>
            <Button onClick={() => setOpen('create')}>Create account</Button>
          </>
        )
      }
    >
      <search className={classes.filters}>
        <SearchField
          label="Search"
          placeholder="User name, e-mail or id, from its beginning"
          value={q}
          onSearch={(text) => setSearch({ q: text })}
        />
        <NativeSelect
          label="State"
          value={state ?? ''}
          onChange={({ currentTarget }) => setSearch({ state: currentTarget.value })}
          data={[
            { value: '', label: 'Any state' },
            { value: 'active', label: 'Can log in' },
            { value: 'disabled', label: 'Disabled' },
            { value: 'locked', label: 'Locked by its owner' },
            { value: 'deleting', label: 'To be deleted' },
          ]}
        />
        <RoleFilter value={role} onChoose={(chosen) => setSearch({ role: chosen })} />
      </search>
      <ListTable
        name="Accounts"
        list={list}
        columns={columns}
        keyOf={({ id }) => id}
        empty={
          isFiltered ? (
            <EmptyState title="Nobody found">
              No account begins with that in this state and with this role. The search takes the beginning of a user
              name, an e-mail address or an id.
            </EmptyState>
          ) : (
            <EmptyState title="No accounts yet">
              People who may log in stand here. Create the first one, invite somebody by mail, or import them with{' '}
              <code>ostiary import</code>.
            </EmptyState>
          )
        }
      />
      {open === 'create' && <CreateAccount onClose={() => setOpen(undefined)} />}
      {open === 'invite' && <InviteAccount onClose={() => setOpen(undefined)} />}
    </PageFrame>
  )
}

function RoleFilter({
  value,
  onChoose,
}: {
  readonly value: string | undefined
  readonly onChoose: (role: string) => void
}) {
  const mayRead = useMay('roles:read')
  const roles = useAdminQuery<RolePage>('/roles', { query: { limit: 200 }, isEnabled: mayRead })
  if (!mayRead) return null
  const names = (roles.data?.body.items ?? []).filter((role) => !role.is_for_organizations).map(({ name }) => name)
  return (
    <NativeSelect
      label="Role"
      value={value ?? ''}
      onChange={({ currentTarget }) => onChoose(currentTarget.value)}
      data={[{ value: '', label: 'Any role' }, ...names.map((name) => ({ value: name, label: name }))]}
    />
  )
}
