import type { Account, Passkey, PasskeyList } from '../../api/admin-api.ts'
import { useAdminAct, useAdminQuery } from '../../api/admin-queries.ts'
import { ActButton } from '../../elements/act-button.tsx'
import { Answer } from '../../elements/answer.tsx'
import { type Column, DataTable } from '../../elements/data-table.tsx'
import { StateWord } from '../../elements/state-word.tsx'
import { TimeAgo } from '../../elements/time-ago.tsx'
import { useToasts } from '../../elements/toasts.tsx'
import { useMay } from '../../sign-in/session-context.tsx'

const columns: readonly Column<Passkey>[] = [
  { header: 'Passkey', cell: ({ name }) => name },
  { header: 'Made', cell: ({ created_at }) => <TimeAgo at={created_at} /> },
  { header: 'Last used', cell: ({ used_at }) => <TimeAgo at={used_at} /> },
  {
    header: 'State',
    cell: ({ suspended_at }) =>
      suspended_at === null ? <StateWord tone="good">Good</StateWord> : <StateWord tone="warning">Suspended</StateWord>,
  },
]

export function Passkeys({ account }: { readonly account: Account }) {
  const passkeys = useAdminQuery<PasskeyList>(`/accounts/${account.id}/passkeys`)
  const mayWrite = useMay('accounts:write')
  const remove: Column<Passkey> = { header: '', cell: (passkey) => <Remove account={account} passkey={passkey} /> }
  return (
    <div style={{ marginTop: 16 }}>
      <Answer query={passkeys}>
        {({ items }) => (
          <DataTable
            name="Passkeys"
            columns={mayWrite ? [...columns, remove] : columns}
            rows={items}
            keyOf={({ id }) => id}
            empty={null}
          />
        )}
      </Answer>
    </div>
  )
}

function Remove({ account, passkey }: { readonly account: Account; readonly passkey: Passkey }) {
  const toasts = useToasts()
  const remove = useAdminAct<unknown>(
    () => [`/accounts/${account.id}/passkeys/${passkey.id}`, { method: 'DELETE' }],
    [`/accounts/${account.id}`],
  )
  return (
    <ActButton
      isQuiet
      label="Remove"
      title={`Remove the passkey ${passkey.name}?`}
      verb="Remove"
      effect={`${account.username} can’t sign in with it any more, and is told by mail. Sessions go on.`}
      act={async () => {
        await remove.mutateAsync()
        toasts.done(`The passkey ${passkey.name} is removed.`)
      }}
    />
  )
}
