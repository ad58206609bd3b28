import { NativeSelect, TextInput } from '@mantine/core'
import type { Session } from '../../api/admin-api.ts'
import { useAdminList } from '../../api/admin-queries.ts'
import { ListTable } from '../../elements/data-table.tsx'
import { EmptyState } from '../../elements/empty-state.tsx'
import classes from '../../elements/lists.module.css'
import { PageFrame } from '../../elements/page-frame.tsx'
import { SearchField } from '../../elements/search-field.tsx'
import { accountColumn, clientColumn, deviceColumn, endColumn, timeColumns } from '../../elements/session-columns.tsx'
import { useSearchState } from '../../elements/use-search-state.ts'
import { useMay } from '../../sign-in/session-context.tsx'

/** Every sign-in of an account at a client on a device, the latest first. */
export function SessionsPage() {
  const [{ account, client, live = 'true' }, setSearch] = useSearchState()
  const query = { account_id: account, client_id: client, live: live === 'true' ? true : undefined }
  const list = useAdminList<Session>('/sessions', query)
  const mayEnd = useMay('sessions:revoke')
  const columns = [deviceColumn, accountColumn, clientColumn, ...timeColumns, ...(mayEnd ? [endColumn] : [])]
  return (
    <PageFrame title="Sessions" about="Each is one sign-in of one account at one client on one device.">
      <search className={classes.filters}>
        <SearchField
          label="Account id"
          placeholder="Such as acc_…"
          value={account ?? ''}
          onSearch={(text) => setSearch({ account: text })}
        />
        <TextInput
          label="Client id"
          placeholder="Such as cli_…"
          value={client ?? ''}
          onChange={({ currentTarget }) => setSearch({ client: currentTarget.value })}
        />
        <NativeSelect
          label="State"
          value={live}
          onChange={({ currentTarget }) => setSearch({ live: currentTarget.value })}
          data={[
            { value: 'true', label: 'Live' },
            { value: 'any', label: 'Live, expired and ended' },
          ]}
        />
      </search>
      <ListTable
        name="Sessions"
        list={list}
        columns={columns}
        keyOf={({ id }) => id}
        empty={
          <EmptyState title="No sessions">
            Whoever signs in has one here until they sign out, somebody ends it, or it expires.
          </EmptyState>
        }
      />
    </PageFrame>
  )
}
