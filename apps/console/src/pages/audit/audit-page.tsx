import { NativeSelect, TextInput } from '@mantine/core'
import { Link } from 'wouter'
import type { AuditEvent } from '../../api/admin-api.ts'
import { useAdminList } from '../../api/admin-queries.ts'
import { Actor } from '../../elements/actor.tsx'
import { type Column, ListTable } from '../../elements/data-table.tsx'
import { EmptyState } from '../../elements/empty-state.tsx'
import classes from '../../elements/lists.module.css'
import { PageFrame } from '../../elements/page-frame.tsx'
import { SearchField } from '../../elements/search-field.tsx'
import { StateWord } from '../../elements/state-word.tsx'
import { TimeAgo } from '../../elements/time-ago.tsx'
import { useSearchState } from '../../elements/use-search-state.ts'
import { auditQuery } from './audit-query.ts'
import { ExportEvents } from './export-events.tsx'
import { LogState } from './log-state.tsx'

const columns: readonly Column<AuditEvent>[] = [
  {
    header: 'Act',
    cell: ({ id, act }) => (
      <Link href={`/audit/${id}`} className={classes.name}>
        {act}
      </Link>
    ),
  },
  { header: 'By', cell: ({ actor }) => <Actor actor={actor} /> },
  {
    header: 'On',
    cell: ({ account_id }) =>
      account_id === null ? (
        <span className="muted">nobody</span>
      ) : (
        <Link href={`/accounts/${account_id}`} className="mono">
          {account_id}
        </Link>
      ),
  },
  { header: 'From', cell: ({ network }) => network ?? <span className="muted">unknown</span> },
  {
    header: 'Outcome',
    cell: ({ outcome }) =>
      outcome === 'done' ? <StateWord tone="good">Done</StateWord> : <StateWord tone="danger">Refused</StateWord>,
  },
  { header: 'When', cell: ({ at }) => <TimeAgo at={at} /> },
]

/** Who did what, on whom, from where; each event is in a tree that proves that nothing was changed. */
export function AuditPage() {
  const [filters, setFilters] = useSearchState()
  const list = useAdminList<AuditEvent>('/audit/events', auditQuery(filters))
  return (
    <PageFrame
      title="Audit"
      about="Who did what, on whom, from where. Every event is in a signed tree: what is removed or changed shows."
      actions={<ExportEvents filters={filters} />}
    >
      <LogState />
      <search className={classes.filters}>
        <SearchField
          label="Account id"
          placeholder="Such as acc_…"
          value={filters.account ?? ''}
          onSearch={(account) => setFilters({ account })}
        />
        <SearchField
          label="Act"
          placeholder="Such as login.refused"
          value={filters.act ?? ''}
          onSearch={(act) => setFilters({ act })}
        />
        <SearchField
          label="Incident or event"
          placeholder="Id of a request or an event"
          value={filters.q ?? ''}
          onSearch={(q) => setFilters({ q })}
        />
        <NativeSelect
          label="Outcome"
          value={filters.outcome ?? ''}
          onChange={({ currentTarget }) => setFilters({ outcome: currentTarget.value })}
          data={[
            { value: '', label: 'Any' },
            { value: 'done', label: 'Done' },
            { value: 'refused', label: 'Refused' },
          ]}
        />
        <TextInput
          label="From"
          type="date"
          value={filters.from ?? ''}
          onChange={({ currentTarget }) => setFilters({ from: currentTarget.value })}
        />
        <TextInput
          label="To"
          type="date"
          value={filters.to ?? ''}
          onChange={({ currentTarget }) => setFilters({ to: currentTarget.value })}
        />
      </search>
      <ListTable
        name="Events"
        list={list}
        columns={columns}
        keyOf={({ id }) => id}
        empty={
          <EmptyState title="No events">
            {whyNone(filters)} Every act that changes or reveals something leaves one here, in the transaction that did
            it.
          </EmptyState>
        }
      />
    </PageFrame>
  )
}

/** A name in the place of an id finds nothing, and nothing found must not be taken for nothing done. */
function whyNone({ account }: Readonly<Record<string, string | undefined>>): string {
  if (account && !account.startsWith('acc_'))
    return `“${account}” is no id of an account: it stands on the account’s page.`
  return 'None is as these filters say; an act is named in full, such as login.refused.'
}
