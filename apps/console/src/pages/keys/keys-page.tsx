import { NativeSelect } from '@mantine/core'
import { useState } from 'react'
import type { Confirmation, SigningKey, SigningKeyPage } from '../../api/admin-api.ts'
import { useAdminAct, useAdminQuery } from '../../api/admin-queries.ts'
import { ActButton } from '../../elements/act-button.tsx'
import { Answer } from '../../elements/answer.tsx'
import { doneWords, WAIT } from '../../elements/confirmation-words.ts'
import { Copyable } from '../../elements/copyable.tsx'
import { type Column, DataTable } from '../../elements/data-table.tsx'
import { EmptyState } from '../../elements/empty-state.tsx'
import { PageFrame } from '../../elements/page-frame.tsx'
import { StateWord, type Tone } from '../../elements/state-word.tsx'
import { TimeAgo } from '../../elements/time-ago.tsx'
import { useToasts } from '../../elements/toasts.tsx'
import { useMay } from '../../sign-in/session-context.tsx'
import { KeyTimeLine } from './key-time-line.tsx'

const tones: Readonly<Record<SigningKey['state'], Tone>> = {
  pending: 'warning',
  active: 'accent',
  retiring: 'quiet',
  retired: 'quiet',
}
const meanings: Readonly<Record<SigningKey['state'], string>> = {
  pending: 'Pending: published, not used yet',
  active: 'Active: it signs',
  retiring: 'Retiring: verifies what it signed',
  retired: 'Retired: gone from the key set',
}

const columns: readonly Column<SigningKey>[] = [
  { header: 'Key', cell: ({ kid }) => <Copyable text={kid} shown={`${kid.slice(0, 12)}…`} what="the key id" /> },
  { header: 'Algorithm', cell: ({ algorithm }) => algorithm },
  { header: 'State', cell: ({ state }) => <StateWord tone={tones[state]}>{meanings[state]}</StateWord> },
  { header: 'Since', cell: ({ state_since }) => <TimeAgo at={state_since} /> },
  {
    header: 'Next',
    cell: ({ next_state, next_state_at }) =>
      next_state === null ? (
        <span className="muted">nothing by schedule</span>
      ) : (
        <>
          {next_state} <TimeAgo at={next_state_at} />
        </>
      ),
  },
]

/** The keys that tokens are signed with: where each stands in its life, and the two acts on them. */
export function KeysPage() {
  const query = useAdminQuery<SigningKeyPage>('/keys', { everySeconds: 10 })
  const mayWrite = useMay('keys:write')
  const actColumn: Column<SigningKey> = { header: '', cell: (key) => <Compromised signingKey={key} /> }
  return (
    <PageFrame
      title="Keys"
      about="What tokens are signed with. Keys follow each other by themselves: each is published before it signs, and until the last token that it signed has expired."
      actions={mayWrite && query.data && <Rotate keys={query.data.body.items} />}
    >
      <Answer query={query} what="Loading keys">
        {({ items }) => (
          <>
            <KeyTimeLine keys={items.filter(({ state }) => state !== 'retired')} />
            <DataTable
              name="Signing keys"
              columns={mayWrite ? [...columns, actColumn] : columns}
              rows={items}
              keyOf={({ kid }) => kid}
              empty={<EmptyState title="No key yet">The first one is made when the server starts.</EmptyState>}
            />
          </>
        )}
      </Answer>
    </PageFrame>
  )
}

function Rotate({ keys }: { readonly keys: readonly SigningKey[] }) {
  const toasts = useToasts()
  const [algorithm, setAlgorithm] = useState('')
  const algorithms = [...new Set(keys.filter(({ state }) => state === 'active').map((key) => key.algorithm))]
  const rotate = useAdminAct<SigningKeyPage>(
    () => ['/keys/rotate', { body: algorithm === '' ? {} : { algorithm } }],
    ['/keys'],
  )
  return (
    <ActButton
      label="Rotate…"
      title="Rotate signing keys?"
      verb="Publish successors"
      isDangerous={false}
      effect={
        <>
          <p>
            Publishes a successor now. It begins to sign in six minutes, once every copy of the key set can hold it; the
            key before it goes on to verify until its last token has expired. Nobody is signed out.
          </p>
          <NativeSelect
            label="Which"
            data={[{ value: '', label: 'Each key that signs' }, ...algorithms]}
            value={algorithm}
            onChange={(event) => setAlgorithm(event.currentTarget.value)}
          />
        </>
      }
      act={async () => {
        const { body } = await rotate.mutateAsync()
        const count = body.items.length
        toasts.done(count === 1 ? 'A successor is published.' : `${count} successors are published.`)
      }}
    />
  )
}

function Compromised({ signingKey: { kid, state, algorithm } }: { readonly signingKey: SigningKey }) {
  const toasts = useToasts()
  const replace = useAdminAct<Confirmation>(
    () => [`/keys/${kid}/compromised`, { method: 'POST', query: { wait: WAIT } }],
    ['/keys', '/revocations', '/guards'],
  )
  if (state === 'retired') return null
  return (
    <ActButton
      isQuiet
      label="Compromised…"
      title="Is this key in wrong hands?"
      verb="Replace the key now"
      effect={
        <p>
          The {algorithm} key <span className="mono">{kid.slice(0, 12)}…</span> leaves the key set at once and another
          one signs. Every guard refuses all tokens of it within a second: apps get new ones by refreshing, tokens
          without a session are lost. There is no way back.
        </p>
      }
      act={async () => {
        const { body } = await replace.mutateAsync()
        toasts.done(doneWords('The key is replaced.', body))
      }}
    />
  )
}
