import type { Revocation } from '../../api/admin-api.ts'
import { useAdminList } from '../../api/admin-queries.ts'
import { type Column, ListTable } from '../../elements/data-table.tsx'
import { EmptyState } from '../../elements/empty-state.tsx'
import { TimeAgo } from '../../elements/time-ago.tsx'

const kinds: Readonly<Record<Revocation['kind'], string>> = {
  s: 'Session or API key',
  j: 'One token',
  u: 'Account',
  c: 'Client',
  a: 'Everything',
  r: 'Outdated claims',
  k: 'Signing key',
}

const columns: readonly Column<Revocation>[] = [
  { header: 'Number', cell: ({ seq }) => seq, isNumeric: true },
  { header: 'What', cell: ({ kind }) => kinds[kind] },
  {
    header: 'Whose',
    cell: ({ account_id, client_id, session_id }) => {
      const names = [account_id, client_id, session_id].filter((name) => name !== null)
      return names.length === 0 ? (
        <span className="muted">not told</span>
      ) : (
        <span className="mono">{names.join(' · ')}</span>
      )
    },
  },
  {
    header: 'By',
    cell: ({ actor }) =>
      actor === null ? <span className="muted">not told</span> : <span className="mono">{actor}</span>,
  },
  { header: 'When', cell: ({ revoked_at }) => <TimeAgo at={revoked_at} /> },
  { header: 'Kept until', cell: ({ forgotten_at }) => <TimeAgo at={forgotten_at} /> },
]

/** What the feed holds now. */
export function RecentRevocations() {
  const list = useAdminList<Revocation>('/revocations')
  return (
    <ListTable
      list={list}
      name="Revocations"
      columns={columns}
      keyOf={({ seq }) => `${seq}`}
      empty={
        <EmptyState title="Nothing is revoked now">
          A record stands here until the last token that it concerns has expired.
        </EmptyState>
      }
    />
  )
}
