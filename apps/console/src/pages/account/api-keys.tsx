import type { Account, ApiKey, ApiKeyList } from '../../api/admin-api.ts'
import { useAdminAct, useAdminQuery } from '../../api/admin-queries.ts'
import { ActButton } from '../../elements/act-button.tsx'
import { Answer } from '../../elements/answer.tsx'
import { Chips } from '../../elements/chips.tsx'
import { type Confirmation, doneWords, WAIT } from '../../elements/confirmation-words.ts'
import { type Column, DataTable } from '../../elements/data-table.tsx'
import classes from '../../elements/lists.module.css'
import { TimeAgo } from '../../elements/time-ago.tsx'
import { useToasts } from '../../elements/toasts.tsx'
import { useMay } from '../../sign-in/session-context.tsx'

const columns: readonly Column<ApiKey>[] = [
  {
    header: 'API key',
    cell: ({ name, audience }) => (
      <>
        <span className={classes.name}>{name}</span>
        <span className={classes.second}>{audience}</span>
      </>
    ),
  },
  { header: 'Scopes', cell: ({ scopes }) => <Chips words={scopes} /> },
  { header: 'Last used', cell: ({ used_at }) => <TimeAgo at={used_at} /> },
  { header: 'Ends', cell: ({ expires_at }) => <TimeAgo at={expires_at} /> },
]

/** Keys that are good; nothing where there are none. */
export function ApiKeys({ account }: { readonly account: Account }) {
  const keys = useAdminQuery<ApiKeyList>(`/accounts/${account.id}/api-keys`)
  const mayWrite = useMay('accounts:write')
  const revoke: Column<ApiKey> = { header: '', cell: (apiKey) => <Revoke account={account} apiKey={apiKey} /> }
  return (
    <Answer query={keys}>
      {({ items }) =>
        items.length > 0 && (
          <div className={classes.part}>
            <DataTable
              name="API keys"
              columns={mayWrite ? [...columns, revoke] : columns}
              rows={items}
              keyOf={({ id }) => id}
              empty={null}
            />
          </div>
        )
      }
    </Answer>
  )
}

function Revoke({ account, apiKey: { id, name } }: { readonly account: Account; readonly apiKey: ApiKey }) {
  const toasts = useToasts()
  const revoke = useAdminAct<Confirmation>(
    () => [`/accounts/${account.id}/api-keys/${id}`, { method: 'DELETE', query: { wait: WAIT } }],
    ['/accounts'],
  )
  return (
    <ActButton
      isQuiet
      label="Revoke"
      title={`Revoke the key ${name}?`}
      verb="Revoke"
      effect="Whatever uses it gets no token any more, and those that it has are refused within a second."
      act={async () => {
        const { body } = await revoke.mutateAsync()
        toasts.done(doneWords(`The key ${name} is revoked.`, body))
      }}
    />
  )
}
