import { Button } from '@mantine/core'
import { useState } from 'react'
import { Link } from 'wouter'
import type { Api } from '../../api/admin-api.ts'
import { useAdminList } from '../../api/admin-queries.ts'
import { Chips } from '../../elements/chips.tsx'
import { type Column, ListTable } from '../../elements/data-table.tsx'
import { EmptyState } from '../../elements/empty-state.tsx'
import classes from '../../elements/lists.module.css'
import { PageFrame } from '../../elements/page-frame.tsx'
import { durationWords } from '../../elements/time-words.ts'
import { useMay } from '../../sign-in/session-context.tsx'
import { CreateApi } from './create-api.tsx'

const MOST_SHOWN = 4

const columns: readonly Column<Api>[] = [
  {
    header: 'API',
    cell: ({ audience, name }) => (
      <>
        <Link href={`/apis/${encodeURIComponent(audience)}`} className={classes.name}>
          {name}
        </Link>
        <span className={classes.second}>{audience}</span>
      </>
    ),
  },
  { header: 'Scopes', cell: ({ scopes }) => <Chips words={shorten(scopes)} /> },
  { header: 'Permissions', isNumeric: true, cell: ({ permissions }) => permissions.length },
  { header: 'Tokens live', cell: ({ lifetime_seconds }) => durationWords(lifetime_seconds * 1000) },
  { header: 'Signed with', cell: ({ algorithm }) => algorithm },
]

function shorten(words: readonly string[]): readonly string[] {
  return words.length <= MOST_SHOWN
    ? words
    : [...words.slice(0, MOST_SHOWN - 1), `and ${words.length - MOST_SHOWN + 1} more`]
}

/** What tokens are for: each API names itself by its audience. */
export function ApisPage() {
  const list = useAdminList<Api>('/apis')
  const mayWrite = useMay('apis:write')
  const [isOpen, setOpen] = useState(false)
  return (
    <PageFrame
      title="APIs"
      about="What tokens are for. Each is guarded by a few lines, which stand on its page."
      actions={mayWrite && <Button onClick={() => setOpen(true)}>Create API</Button>}
    >
      <ListTable
        name="APIs"
        list={list}
        columns={columns}
        keyOf={({ audience }) => audience}
        empty={
          <EmptyState title="No APIs yet">
            Register the API that is to be guarded: its audience is what its tokens are for, such as
            https://api.example.com.
          </EmptyState>
        }
      />
      <CreateApi isOpen={isOpen} onClose={() => setOpen(false)} />
    </PageFrame>
  )
}
