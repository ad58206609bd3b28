import { Button, Modal, NativeSelect } from '@mantine/core'
import { useState } from 'react'
import type { Webhook, WebhookDelivery, WebhookReplay } from '../../api/admin-api.ts'
import { useAdminAct, useAdminList } from '../../api/admin-queries.ts'
import { CodeBlock } from '../../elements/code-block.tsx'
import { type Column, DataTable, ListTable } from '../../elements/data-table.tsx'
import elements from '../../elements/elements.module.css'
import { EmptyState } from '../../elements/empty-state.tsx'
import classes from '../../elements/lists.module.css'
import { PageSection } from '../../elements/page-frame.tsx'
import { TimeAgo } from '../../elements/time-ago.tsx'
import { useToasts } from '../../elements/toasts.tsx'
import { useMay } from '../../sign-in/session-context.tsx'
import { attemptWords } from './webhook-acts.tsx'
import { DeliveryState } from './webhook-state.tsx'

/** What was sent, what waits and what was given up, with each attempt. */
export function Deliveries({ webhook }: { readonly webhook: Webhook }) {
  const [state, setState] = useState('')
  const [shown, setShown] = useState<WebhookDelivery>()
  const list = useAdminList<WebhookDelivery>(`/webhooks/${webhook.id}/deliveries`, { state: state || undefined })
  const columns: readonly Column<WebhookDelivery>[] = [
    { header: 'Event', cell: ({ type }) => <span className={classes.name}>{type}</span> },
    { header: 'Happened', cell: ({ timestamp }) => <TimeAgo at={timestamp} /> },
    { header: 'State', cell: (delivery) => <DeliveryState delivery={delivery} /> },
    { header: 'Attempts', isNumeric: true, cell: ({ attempts }) => attempts },
    { header: 'Next', cell: ({ next_attempt_at }) => <TimeAgo at={next_attempt_at} absent="none" /> },
    {
      header: '',
      cell: (delivery) => (
        <Button variant="default" size="xs" onClick={() => setShown(delivery)}>
          Look
        </Button>
      ),
    },
  ]
  return (
    <PageSection title="What it was told" about="Kept for 30 days.">
      <div className={classes.filters}>
        <NativeSelect
          label="State"
          value={state}
          onChange={({ currentTarget }) => setState(currentTarget.value)}
          data={[
            { value: '', label: 'Any state' },
            { value: 'waiting', label: 'Waiting' },
            { value: 'delivered', label: 'Delivered' },
            { value: 'failed', label: 'Given up' },
          ]}
        />
      </div>
      <ListTable
        name="Deliveries"
        list={list}
        columns={columns}
        keyOf={({ message_id }) => message_id}
        empty={<EmptyState title="Nothing yet">What happens from now on and is of its types stands here.</EmptyState>}
      />
      <DeliveryDialog webhook={webhook} delivery={shown} onClose={() => setShown(undefined)} />
    </PageSection>
  )
}

type Attempt = WebhookDelivery['log'][number]

const attemptColumns: readonly Column<Attempt>[] = [
  { header: 'When', cell: ({ at }) => <TimeAgo at={at} /> },
  { header: 'What came of it', cell: (attempt) => attemptWords(attempt) },
  { header: 'Answer', cell: ({ answer }) => (answer === '' ? <span className="muted">empty</span> : answer) },
]

function DeliveryDialog({
  webhook,
  delivery,
  onClose,
}: {
  readonly webhook: Webhook
  readonly delivery: WebhookDelivery | undefined
  readonly onClose: () => void
}) {
  const mayWrite = useMay('webhooks:write')
  if (!delivery) return null
  const { message_id, type, data, log } = delivery
  return (
    <Modal opened size="lg" onClose={onClose} title={type} closeButtonProps={{ 'aria-label': 'Close' }}>
      <p className="small muted mono">{message_id}</p>
      <CodeBlock text={JSON.stringify(data, null, 2)} what="what it is told" />
      <h3>Attempts</h3>
      <DataTable
        name="Attempts"
        columns={attemptColumns}
        rows={log}
        keyOf={({ at }) => at}
        empty={<p className="muted">None was made yet.</p>}
      />
      <div className={elements.dialogActions}>
        <Button variant="default" onClick={onClose}>
          Close
        </Button>
        {mayWrite && <Replay webhook={webhook} messageId={message_id} onDone={onClose} />}
      </div>
    </Modal>
  )
}

function Replay({
  webhook,
  messageId,
  onDone,
}: {
  readonly webhook: Webhook
  readonly messageId: string
  readonly onDone: () => void
}) {
  const toasts = useToasts()
  const replay = useAdminAct<WebhookReplay>(
    () => [`/webhooks/${webhook.id}/deliveries/${messageId}/replay`, { method: 'POST' }],
    ['/webhooks/'],
  )
  const send = async (): Promise<void> => {
    try {
      await replay.mutateAsync()
      toasts.done('It is sent again, with the same id.')
      onDone()
    } catch (error) {
      toasts.failed(error as Error)
    }
  }
  return (
    <Button loading={replay.isPending} onClick={() => void send()}>
      Send again
    </Button>
  )
}
