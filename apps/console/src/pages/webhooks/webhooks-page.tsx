import { Button, Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'
import { Link, useLocation } from 'wouter'
import type { Webhook, WebhookWithSecret } from '../../api/admin-api.ts'
import { useAdminAct, useAdminList } from '../../api/admin-queries.ts'
import { Chips } from '../../elements/chips.tsx'
import { type Column, ListTable } from '../../elements/data-table.tsx'
import { EmptyState } from '../../elements/empty-state.tsx'
import { FormDialog } from '../../elements/form-dialog.tsx'
import { keepSecret } from '../../elements/kept-secrets.ts'
import { linesOf } from '../../elements/lines-of.ts'
import classes from '../../elements/lists.module.css'
import { PageFrame } from '../../elements/page-frame.tsx'
import { TimeAgo } from '../../elements/time-ago.tsx'
import { useIdempotencyKey } from '../../elements/use-idempotency-key.ts'
import { useMay } from '../../sign-in/session-context.tsx'
import { WebhookState } from './webhook-state.tsx'

const columns: readonly Column<Webhook>[] = [
  {
    header: 'Webhook',
    cell: ({ id, url, description }) => (
      <>
        <Link href={`/webhooks/${id}`} className={classes.name}>
          {description || new URL(url).host}
        </Link>
        <span className={classes.second}>{url}</span>
      </>
    ),
  },
  { header: 'Told of', cell: ({ events }) => <Chips words={events} /> },
  { header: 'State', cell: (webhook) => <WebhookState webhook={webhook} /> },
  { header: 'Created', cell: ({ created_at }) => <TimeAgo at={created_at} /> },
]

/** Addresses that are told of what happens here. */
export function WebhooksPage() {
  const list = useAdminList<Webhook>('/webhooks')
  const mayWrite = useMay('webhooks:write')
  const [isOpen, setOpen] = useState(false)
  return (
    <PageFrame
      title="Webhooks"
      about="Addresses of yours that are told of what happens here. Each message is signed, and sent until it is answered."
      actions={mayWrite && <Button onClick={() => setOpen(true)}>Create webhook</Button>}
    >
      <ListTable
        name="Webhooks"
        list={list}
        columns={columns}
        keyOf={({ id }) => id}
        empty={
          <EmptyState title="No webhooks yet">
            Name an https address, and of what it is told, such as account.*. Each message is signed with a secret that
            is shown once.
          </EmptyState>
        }
      />
      <CreateWebhook isOpen={isOpen} onClose={() => setOpen(false)} />
    </PageFrame>
  )
}

const empty = { url: '', events: 'account.*', description: '' }

function CreateWebhook({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  const [typed, setTyped] = useState(empty)
  const [, navigate] = useLocation()
  const idempotencyKey = useIdempotencyKey(typed)
  const create = useAdminAct<WebhookWithSecret, typeof typed>(
    ({ url, events, description }) => [
      '/webhooks',
      { idempotencyKey, body: { url, events: linesOf(events), ...(description !== '' && { description }) } },
    ],
    ['/webhooks'],
  )
  return (
    <FormDialog
      isOpen={isOpen}
      title="Create a webhook"
      verb="Create"
      canSend={typed.url.trim() !== '' && linesOf(typed.events).length > 0}
      send={async () => {
        const { body } = await create.mutateAsync(typed)
        if (body.secret !== null) keepSecret(body.id, body.secret)
        setTyped(empty)
        onClose()
        navigate(`/webhooks/${body.id}`)
      }}
      onClose={onClose}
    >
      <TextInput
        label="Address"
        description="An https URL of the public internet."
        placeholder="https://example.com/hooks/ostiary"
        required
        data-autofocus
        value={typed.url}
        onChange={({ currentTarget }) => setTyped({ ...typed, url: currentTarget.value })}
      />
      <Textarea
        label="Told of"
        description="One on a line: a type such as account.created, a family such as account.*, or * for everything."
        required
        autosize
        minRows={2}
        value={typed.events}
        onChange={({ currentTarget }) => setTyped({ ...typed, events: currentTarget.value })}
      />
      <TextInput
        label="What it is for"
        value={typed.description}
        onChange={({ currentTarget }) => setTyped({ ...typed, description: currentTarget.value })}
      />
    </FormDialog>
  )
}
