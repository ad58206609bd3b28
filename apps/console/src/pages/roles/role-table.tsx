import { Link } from 'wouter'
import type { Role } from '../../api/admin-api.ts'
import { type AdminList, useAdminAct } from '../../api/admin-queries.ts'
import { ActButton } from '../../elements/act-button.tsx'
import { type Confirmation, doneWords, WAIT } from '../../elements/confirmation-words.ts'
import { type Column, ListTable } from '../../elements/data-table.tsx'
import { EmptyState } from '../../elements/empty-state.tsx'
import classes from '../../elements/lists.module.css'
import { useToasts } from '../../elements/toasts.tsx'
import { useMay } from '../../sign-in/session-context.tsx'
import { EditRole } from './edit-role.tsx'

const columns: readonly Column<Role>[] = [
  {
    header: 'Role',
    cell: ({ name, description }) => (
      <>
        <span className={classes.name}>{name}</span>
        {description !== null && <span className={classes.second}>{description}</span>}
      </>
    ),
  },
  { header: 'For', cell: (role) => (role.is_for_organizations ? 'Members of organizations' : 'Accounts') },
  {
    header: 'Second factor',
    cell: ({ required_factor }) =>
      required_factor === null ? <span className="muted">not required</span> : 'required',
  },
  {
    header: 'Who has it',
    cell: (role) =>
      role.is_for_organizations ? (
        <span className="muted">stands at each organization</span>
      ) : (
        <Link href={`/accounts?role=${role.name}`}>Accounts</Link>
      ),
  },
]

export function RoleTable({ list }: { readonly list: AdminList<Role> }) {
  const mayWrite = useMay('roles:write')
  const acts: Column<Role> = {
    header: '',
    cell: (role) => (
      <div className={classes.acts}>
        <EditRole role={role} />
        {!role.is_built_in && <DeleteRole role={role} />}
      </div>
    ),
  }
  return (
    <ListTable
      name="Roles"
      list={list}
      columns={mayWrite ? [...columns, acts] : columns}
      keyOf={({ name }) => name}
      empty={<EmptyState title="No roles">Create one, and give it to accounts.</EmptyState>}
    />
  )
}

function DeleteRole({ role: { name } }: { readonly role: Role }) {
  const toasts = useToasts()
  const remove = useAdminAct<Confirmation>(
    () => [`/roles/${encodeURIComponent(name)}`, { method: 'DELETE', query: { wait: WAIT } }],
    ['/roles', '/accounts'],
  )
  return (
    <ActButton
      isQuiet
      label="Delete"
      title={`Delete the role ${name}?`}
      verb="Delete"
      effect="Whoever has it loses it now, and what it permits: tokens that carry it are refused within a second."
      act={async () => {
        const { body } = await remove.mutateAsync()
        toasts.done(doneWords(`The role ${name} is deleted.`, body))
      }}
    />
  )
}
