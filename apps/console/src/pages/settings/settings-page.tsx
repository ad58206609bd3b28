import { TextInput } from '@mantine/core'
import { useState } from 'react'
import type { Setting, SettingPage } from '../../api/admin-api.ts'
import { useAdminQuery } from '../../api/admin-queries.ts'
import { Answer } from '../../elements/answer.tsx'
import { type Column, DataTable } from '../../elements/data-table.tsx'
import { EmptyState } from '../../elements/empty-state.tsx'
import { PageFrame } from '../../elements/page-frame.tsx'
import { StateWord } from '../../elements/state-word.tsx'

const columns: readonly Column<Setting>[] = [
  {
    header: 'Setting',
    cell: ({ name, variable }) => (
      <>
        {name}
        {variable && (
          <>
            <br />
            <span className="mono muted">{variable}</span>
          </>
        )}
      </>
    ),
  },
  { header: 'Value', cell: ({ value }) => <Value value={value} /> },
  { header: 'From', cell: ({ name, source }) => <Source name={name} source={source} /> },
]

/** What the server runs with, and where each value is from. */
export function SettingsPage() {
  const query = useAdminQuery<SettingPage>('/settings')
  const [typed, setTyped] = useState('')
  return (
    <PageFrame
      title="Settings"
      about="What this server runs with, as of its start. Settings are changed in its environment or in ostiary.json; secrets are masked."
    >
      <Answer query={query} what="Loading settings">
        {({ items }) => (
          <>
            <TextInput
              type="search"
              label="Find a setting"
              value={typed}
              onChange={(event) => setTyped(event.currentTarget.value)}
              mb="md"
              maw="24rem"
            />
            <DataTable
              name="Settings"
              columns={columns}
              rows={items.filter((setting) => matches(setting, typed))}
              keyOf={({ name }) => name}
              empty={
                <EmptyState title="No such setting">Nothing that the server knows has that in its name.</EmptyState>
              }
            />
          </>
        )}
      </Answer>
    </PageFrame>
  )
}

function matches({ name, variable }: Setting, typed: string): boolean {
  return `${name} ${variable ?? ''}`.toLowerCase().includes(typed.trim().toLowerCase())
}

function Value({ value }: { readonly value: unknown }) {
  if (value === null || value === undefined || value === '') return <span className="muted">none</span>
  return <span className="mono">{typeof value === 'string' ? value : JSON.stringify(value)}</span>
}

function Source({ name, source }: Pick<Setting, 'name' | 'source'>) {
  if (source === 'default') return <StateWord tone="quiet">Default</StateWord>
  if (source === 'environment') return <StateWord tone="accent">Environment</StateWord>
  // It has no place in ostiary.json: its file is in the data folder.
  return <StateWord tone="accent">{name === 'secrets' ? 'The file “secret”' : 'ostiary.json'}</StateWord>
}
