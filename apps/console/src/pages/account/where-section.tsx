import type { Account, Session } from '../../api/admin-api.ts'
import { useAdminAct, useAdminList } from '../../api/admin-queries.ts'
import { ActButton } from '../../elements/act-button.tsx'
import { type Confirmation, doneWords, WAIT } from '../../elements/confirmation-words.ts'
import { ListTable } from '../../elements/data-table.tsx'
import { EmptyState } from '../../elements/empty-state.tsx'
import { PageSection } from '../../elements/page-frame.tsx'
import { clientColumn, deviceColumn, endColumn, timeColumns } from '../../elements/session-columns.tsx'
import { useToasts } from '../../elements/toasts.tsx'
import { useMay } from '../../sign-in/session-context.tsx'

export function WhereSection({ account }: { readonly account: Account }) {
  const mayRead = useMay('sessions:read')
  return (
    <PageSection title="Where are they logged in?">
      {mayRead ? (
        <Sessions account={account} />
      ) : (
        <p className="muted">Your roles don’t permit sessions:read, which shows sessions.</p>
      )}
    </PageSection>
  )
}

function Sessions({ account }: { readonly account: Account }) {
  const list = useAdminList<Session>('/sessions', { account_id: account.id, live: true })
  const mayEnd = useMay('sessions:revoke')
  const columns = [deviceColumn, clientColumn, ...timeColumns.slice(0, 2), ...(mayEnd ? [endColumn] : [])]
  return (
    <>
      <ListTable
        name="Sessions"
        list={list}
        columns={columns}
        keyOf={({ id }) => id}
        empty={<EmptyState title="Nowhere">They have no session that lives. One begins when they sign in.</EmptyState>}
      />
      {mayEnd && list.items.length > 0 && <LogOut account={account} sessions={list.items} />}
    </>
  )
}

function LogOut({ account, sessions }: { readonly account: Account; readonly sessions: readonly Session[] }) {
  const toasts = useToasts()
  const logOut = useAdminAct<Confirmation>(
    () => [`/accounts/${account.id}/log-out`, { method: 'POST', query: { wait: WAIT } }],
    ['/sessions', '/accounts'],
  )
  const devices = new Set(sessions.map(({ user_agent, network }) => `${user_agent} ${network}`)).size
  return (
    <div style={{ marginTop: 16 }}>
      <ActButton
        label="Log out everywhere"
        title={`Log ${account.username} out everywhere?`}
        verb="Log out"
        effect={`Ends ${count(sessions.length, 'session')} on ${count(devices, 'device')} now: every API refuses their tokens within a second. They may sign in again.`}
        act={async () => {
          const { body } = await logOut.mutateAsync()
          toasts.done(doneWords(`${account.username} is logged out everywhere.`, body))
        }}
      />
    </div>
  )
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
