import { Button, Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { Webhook } from '../../api/admin-api.ts'
import { useAdminAct } from '../../api/admin-queries.ts'
import { FormDialog } from '../../elements/form-dialog.tsx'
import { linesOf } from '../../elements/lines-of.ts'
import { useToasts } from '../../elements/toasts.tsx'
import { useMay } from '../../sign-in/session-context.tsx'

interface Typed {
  readonly url: string
  readonly events: string
  readonly description: string
}

function typedOf({ url, events, description }: Webhook): Typed {
  return { url, events: events.join('\n'), description }
}

/** Changes what was known when the dialog was opened. */
export function EditWebhook({ webhook, etag }: { readonly webhook: Webhook; readonly etag: string | undefined }) {
  const mayWrite = useMay('webhooks:write')
  const [opened, setOpened] = useState<{ readonly etag: string | undefined }>()
  const [typed, setTyped] = useState<Typed>(() => typedOf(webhook))
  const toasts = useToasts()
  const edit = useAdminAct<Webhook>(
    () => [
      `/webhooks/${webhook.id}`,
      { method: 'PATCH', ifMatch: opened?.etag, body: { ...typed, events: linesOf(typed.events) } },
    ],
    ['/webhooks'],
  )
  if (!mayWrite) return null
  return (
    <div style={{ marginTop: 16 }}>
      <Button
        variant="default"
        onClick={() => {
          setTyped(typedOf(webhook))
          setOpened({ etag })
        }}
      >
        Edit
      </Button>
      <FormDialog
        isOpen={opened !== undefined}
        title="Edit the webhook"
        verb="Save"
        canSend={typed.url.trim() !== '' && linesOf(typed.events).length > 0}
        send={async () => {
          await edit.mutateAsync()
          setOpened(undefined)
          toasts.done('The webhook is changed.')
        }}
        onClose={() => setOpened(undefined)}
      >
        <TextInput
          label="Address"
          required
          value={typed.url}
          onChange={({ currentTarget }) => setTyped({ ...typed, url: currentTarget.value })}
        />
        <Textarea
          label="Told of"
          description="One on a line."
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
    </div>
  )
}
