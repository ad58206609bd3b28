import { Link } from 'wouter'
import type { Account, AuditEvent } from '../../api/admin-api.ts'
import { useAdminList } from '../../api/admin-queries.ts'
import { Actor } from '../../elements/actor.tsx'
import { type Column, ListTable } from '../../elements/data-table.tsx'
import { EmptyState } from '../../elements/empty-state.tsx'
import classes from '../../elements/lists.module.css'
import { PageSection } from '../../elements/page-frame.tsx'
import { StateWord } from '../../elements/state-word.tsx'
import { TimeAgo } from '../../elements/time-ago.tsx'
import { useMay } from '../../sign-in/session-context.tsx'

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
  { header: 'From', cell: ({ network }) => network ?? <span className="muted">unknown</span> },
  {
    header: 'Outcome',
    cell: ({ outcome }) =>
      outcome === 'done' ? <StateWord tone="good">Done</StateWord> : <StateWord tone="danger">Refused</StateWord>,
  },
  { header: 'When', cell: ({ at }) => <TimeAgo at={at} /> },
]

/** The latest events about them. */
export function WhatHappened({ account }: { readonly account: Account }) {
  const mayRead = useMay('audit:read')
  if (!mayRead) return null
  return (
    <PageSection title="What happened?">
      <Events account={account} />
    </PageSection>
  )
}

function Events({ account }: { readonly account: Account }) {
  const list = useAdminList<AuditEvent>('/audit/events', { account_id: account.id, limit: 10 })
  return (
    <>
      <ListTable
        name="Events"
        list={list}
        columns={columns}
        keyOf={({ id }) => id}
        empty={<EmptyState title="Nothing yet">What is done to this account, or by it, stands here.</EmptyState>}
      />
      <p>
        <Link href={`/audit?account=${account.id}`}>All events, with filters</Link>
      </p>
    </>
  )
}
