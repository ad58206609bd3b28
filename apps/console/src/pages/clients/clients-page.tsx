import { Button, NativeSelect } from '@mantine/core'
import { useState } from 'react'
import { Link } from 'wouter'
import type { Client } from '../../api/admin-api.ts'
import { useAdminList } from '../../api/admin-queries.ts'
import { type Column, ListTable } from '../../elements/data-table.tsx'
import { EmptyState } from '../../elements/empty-state.tsx'
import classes from '../../elements/lists.module.css'
import { PageFrame } from '../../elements/page-frame.tsx'
import { SearchField } from '../../elements/search-field.tsx'
import { TimeAgo } from '../../elements/time-ago.tsx'
import { useSearchState } from '../../elements/use-search-state.ts'
import { useMay } from '../../sign-in/session-context.tsx'
import { grantWords, originWords } from './client-words.ts'
import { CreateClient } from './create-client.tsx'

const columns: readonly Column<Client>[] = [
  {
    header: 'Client',
    cell: ({ id, name }) => (
      <>
        <Link href={`/clients/${encodeURIComponent(id)}`} className={classes.name}>
          {name}
        </Link>
        <span className={classes.second}>{id}</span>
      </>
    ),
  },
  { header: 'Type', cell: ({ type }) => (type === 'public' ? 'Public' : 'Confidential') },
  { header: 'Gets tokens by', cell: ({ grants }) => grantWords(grants) },
  { header: 'Registered', cell: (client) => originWords(client) },
  { header: 'Created', cell: ({ created_at }) => <TimeAgo at={created_at} /> },
]

/** The apps and programs that may ask for tokens. */
export function ClientsPage() {
  const [{ q = '', origin }, setSearch] = useSearchState()
  const list = useAdminList<Client>('/clients', { q: q || undefined, origin })
  const mayWrite = useMay('clients:write')
  const [isOpen, setOpen] = useState(false)
  return (
    <PageFrame
      title="Clients"
      about="Apps and programs that may ask for tokens, for people or for themselves."
      actions={mayWrite && <Button onClick={() => setOpen(true)}>Create client</Button>}
    >
      <search className={classes.filters}>
        <SearchField
          label="Search"
          placeholder="Name or id, from its beginning"
          value={q}
          onSearch={(text) => setSearch({ q: text })}
        />
        <NativeSelect
          label="Registered"
          value={origin ?? ''}
          onChange={({ currentTarget }) => setSearch({ origin: currentTarget.value })}
          data={[
            { value: '', label: 'By anybody' },
            { value: 'operator', label: 'By an operator' },
            { value: 'registration', label: 'By themselves' },
            { value: 'document', label: 'By a document on the web' },
            { value: 'built_in', label: 'By the server' },
          ]}
        />
      </search>
      <ListTable
        name="Clients"
        list={list}
        columns={columns}
        keyOf={({ id }) => id}
        empty={
          <EmptyState title="No clients yet">
            Whatever logs people in or calls an API by itself is a client. Create one: its page has the code to paste.
          </EmptyState>
        }
      />
      <CreateClient isOpen={isOpen} onClose={() => setOpen(false)} />
    </PageFrame>
  )
}
