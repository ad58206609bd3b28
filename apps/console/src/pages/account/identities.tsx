import type { Account, Identity, IdentityList } from '../../api/admin-api.ts'
import { useAdminAct, useAdminQuery } from '../../api/admin-queries.ts'
import { ActButton } from '../../elements/act-button.tsx'
import { Answer } from '../../elements/answer.tsx'
import { type Column, DataTable } from '../../elements/data-table.tsx'
import classes from '../../elements/lists.module.css'
import { TimeAgo } from '../../elements/time-ago.tsx'
import { useToasts } from '../../elements/toasts.tsx'
import { useMay } from '../../sign-in/session-context.tsx'

const columns: readonly Column<Identity>[] = [
  {
    header: 'Provider',
    cell: ({ issuer, subject }) => (
      <>
        {issuer}
        <span className={classes.second}>{subject}</span>
      </>
    ),
  },
  { header: 'Connected', cell: ({ linked_at }) => <TimeAgo at={linked_at} /> },
  { header: 'Last used', cell: ({ used_at }) => <TimeAgo at={used_at} /> },
]

/** Who they are at other providers. */
export function Identities({ account }: { readonly account: Account }) {
  const identities = useAdminQuery<IdentityList>(`/accounts/${account.id}/identities`)
  const mayWrite = useMay('accounts:write')
  const remove: Column<Identity> = {
    header: '',
    cell: (identity) => <Disconnect account={account} identity={identity} />,
  }
  return (
    <div style={{ marginTop: 16 }}>
      <Answer query={identities}>
        {({ items }) => (
          <DataTable
            name="Providers"
            columns={mayWrite ? [...columns, remove] : columns}
            rows={items}
            keyOf={({ issuer, subject }) => `${issuer} ${subject}`}
            empty={null}
          />
        )}
      </Answer>
    </div>
  )
}

function Disconnect({ account, identity }: { readonly account: Account; readonly identity: Identity }) {
  const toasts = useToasts()
  const remove = useAdminAct<unknown>(
    () => [`/accounts/${account.id}/identities`, { method: 'DELETE', query: { issuer: identity.issuer } }],
    [`/accounts/${account.id}`],
  )
  return (
    <ActButton
      isQuiet
      label="Disconnect"
      title={`Disconnect ${identity.issuer}?`}
      verb="Disconnect"
      effect={`${account.username} can’t sign in with it any more. Sessions go on.`}
      act={async () => {
        await remove.mutateAsync()
        toasts.done('It is disconnected.')
      }}
    />
  )
}
