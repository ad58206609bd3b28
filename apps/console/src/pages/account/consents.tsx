import type { Account, Consent, ConsentList } from '../../api/admin-api.ts'
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

const columns: readonly Column<Consent>[] = [
  {
    header: 'App that they allowed',
    cell: ({ client_id, audience }) => (
      <>
        <span className={classes.name}>{client_id}</span>
        <span className={classes.second}>{audience}</span>
      </>
    ),
  },
  { header: 'To do', cell: ({ scopes }) => <Chips words={scopes} /> },
  { header: 'Granted', cell: ({ granted_at }) => <TimeAgo at={granted_at} /> },
]

/** What they have allowed which app; nothing where it is none. */
export function Consents({ account }: { readonly account: Account }) {
  const consents = useAdminQuery<ConsentList>(`/accounts/${account.id}/consents`)
  const mayWrite = useMay('accounts:write')
  const withdraw: Column<Consent> = { header: '', cell: (consent) => <Withdraw account={account} consent={consent} /> }
  return (
    <Answer query={consents}>
      {({ items }) =>
        items.length > 0 && (
          <div className={classes.part}>
            <DataTable
              name="Consents"
              columns={mayWrite ? [...columns, withdraw] : columns}
              rows={items}
              keyOf={({ client_id, audience, organization_id }) => `${client_id} ${audience} ${organization_id}`}
              empty={null}
            />
          </div>
        )
      }
    </Answer>
  )
}

function Withdraw({ account, consent: { client_id } }: { readonly account: Account; readonly consent: Consent }) {
  const toasts = useToasts()
  const withdraw = useAdminAct<Confirmation>(
    () => [
      `/accounts/${account.id}/consents/${encodeURIComponent(client_id)}`,
      { method: 'DELETE', query: { wait: WAIT } },
    ],
    ['/accounts', '/sessions'],
  )
  return (
    <ActButton
      isQuiet
      label="Withdraw"
      title={`Withdraw what ${account.username} allowed ${client_id}?`}
      verb="Withdraw"
      effect="Ends their sessions at it now. The app asks them anew next time."
      act={async () => {
        const { body } = await withdraw.mutateAsync()
        toasts.done(doneWords('It is withdrawn.', body))
      }}
    />
  )
}
