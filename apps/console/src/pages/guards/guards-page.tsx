import { SegmentedControl } from '@mantine/core'
import { useState } from 'react'
import type { Guard, GuardPage } from '../../api/admin-api.ts'
import { useAdminQuery } from '../../api/admin-queries.ts'
import { Answer } from '../../elements/answer.tsx'
import { type Column, DataTable } from '../../elements/data-table.tsx'
import { EmptyState } from '../../elements/empty-state.tsx'
import { PageFrame } from '../../elements/page-frame.tsx'
import { StateWord, type Tone } from '../../elements/state-word.tsx'
import { TimeAgo } from '../../elements/time-ago.tsx'

type State = Guard['state']

const stateTones: Readonly<Record<State, Tone>> = { live: 'good', stale: 'warning', dark: 'danger' }
const stateWords: Readonly<Record<State, string>> = { live: 'Live', stale: 'Stale', dark: 'Dark' }

const columns: readonly Column<Guard>[] = [
  { header: 'Guard', cell: ({ name }) => <span className="mono">{name}</span> },
  { header: 'API', cell: ({ client_id }) => <span className="mono">{client_id}</span> },
  { header: 'State', cell: ({ state }) => <StateWord tone={stateTones[state]}>{stateWords[state]}</StateWord> },
  { header: 'Applied', cell: ({ seq }) => seq, isNumeric: true },
  { header: 'Lag', cell: ({ lag }) => (lag === 0 ? 'none' : `${lag} to apply`), isNumeric: true },
  {
    header: 'Audit log',
    cell: ({ audit_size }) => (audit_size === null ? 'not told' : `${audit_size} events remembered`),
    isNumeric: true,
  },
  { header: 'Heard of', cell: ({ acknowledged_at }) => <TimeAgo at={acknowledged_at} /> },
]

/** The guards as a fleet: who follows, how far, and who is not heard of. */
export function GuardsPage() {
  const query = useAdminQuery<GuardPage>('/guards', { query: { limit: 200 }, everySeconds: 2 })
  const [shown, setShown] = useState<State | 'all'>('all')
  return (
    <PageFrame
      title="Guards"
      about="The processes in your APIs that follow the revocation feed and confirm what they have applied. A guard that is not heard of for a minute refuses requests by default."
    >
      <Answer query={query} what="Loading guards">
        {({ items, feed_seq, unnamed_streams }) => (
          <>
            <Fleet guards={items} shown={shown} show={setShown} />
            <DataTable
              name="Guards"
              columns={columns}
              rows={items.filter(({ state }) => shown === 'all' || state === shown)}
              keyOf={({ client_id, name }) => `${client_id} ${name}`}
              empty={<NoGuards hasOthers={items.length > 0} />}
            />
            <p className="muted small">
              The feed has come to number {feed_seq}. {streamWords(unnamed_streams)}
            </p>
          </>
        )}
      </Answer>
    </PageFrame>
  )
}

function Fleet({
  guards,
  shown,
  show,
}: {
  readonly guards: readonly Guard[]
  readonly shown: State | 'all'
  readonly show: (state: State | 'all') => void
}) {
  const count = (state: State): number => guards.filter((guard) => guard.state === state).length
  if (guards.length === 0) return null
  return (
    <SegmentedControl
      aria-label="Which guards"
      mb="md"
      data={[
        { value: 'all', label: `All ${guards.length}` },
        ...(['live', 'stale', 'dark'] as const).map((state) => ({
          value: state,
          label: `${stateWords[state]} ${count(state)}`,
        })),
      ]}
      value={shown}
      onChange={(value) => show(value as State | 'all')}
    />
  )
}

function streamWords(count: number): string {
  if (count === 0) return 'No guard without a credential has a stream open at this server.'
  const guards = count === 1 ? 'One guard' : `${count} guards`
  return `${guards} without a credential ${count === 1 ? 'has a stream' : 'have streams'} open at this server: they confirm nothing.`
}

function NoGuards({ hasOthers }: { readonly hasOthers: boolean }) {
  if (hasOthers) return <EmptyState title="None of these">No guard is in that state now.</EmptyState>
  return (
    <EmptyState title="No guard tells of itself yet">
      Give a guard a credential: <code>{'createGuard({ …, feed: { credential: { clientId, clientSecret } } })'}</code>.
      The client needs the scope <code>introspect:</code> followed by the audience of the API. From its first
      acknowledgement on the guard stands here, and revocations can wait for it.
    </EmptyState>
  )
}
