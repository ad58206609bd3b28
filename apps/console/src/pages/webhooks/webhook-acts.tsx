import { Button } from '@mantine/core'
import { useLocation } from 'wouter'
import type { Webhook, WebhookAttempt, WebhookWithSecret } from '../../api/admin-api.ts'
import { useAdminAct } from '../../api/admin-queries.ts'
import { ActButton } from '../../elements/act-button.tsx'
import classes from '../../elements/lists.module.css'
import { PageSection } from '../../elements/page-frame.tsx'
import { useToasts } from '../../elements/toasts.tsx'
import { useMay } from '../../sign-in/session-context.tsx'

interface Acts {
  readonly webhook: Webhook
  readonly etag: string | undefined
  readonly onSecret: (secret: string) => void
}

export function WebhookActs({ webhook, etag, onSecret }: Acts) {
  const mayWrite = useMay('webhooks:write')
  if (!mayWrite) return null
  return (
    <PageSection title="What can be done">
      <div className={classes.acts}>
        <SendTest webhook={webhook} />
        <Toggle webhook={webhook} etag={etag} />
        <RotateSecret webhook={webhook} etag={etag} onSecret={onSecret} />
        <Delete webhook={webhook} etag={etag} />
      </div>
    </PageSection>
  )
}

function SendTest({ webhook }: { readonly webhook: Webhook }) {
  const toasts = useToasts()
  const test = useAdminAct<WebhookAttempt>(() => [`/webhooks/${webhook.id}/test`, { method: 'POST' }], ['/webhooks/'])
  const send = async (): Promise<void> => {
    try {
      const { body } = await test.mutateAsync()
      toasts.done(attemptWords(body))
    } catch (error) {
      toasts.failed(error as Error)
    }
  }
  return (
    <Button variant="default" loading={test.isPending} onClick={() => void send()}>
      Send a test
    </Button>
  )
}

/** `It answered 204 after 31 ms.`, or why it did not. */
export function attemptWords({ status, milliseconds, failure }: WebhookAttempt): string {
  const taken = `after ${Math.round(milliseconds)} ms`
  if (failure !== null)
    return status === null ? `No answer ${taken}: ${failure}.` : `It answered ${status} ${taken}: ${failure}.`
  return `It answered ${status} ${taken}.`
}

function Toggle({ webhook, etag }: Omit<Acts, 'onSecret'>) {
  const toasts = useToasts()
  const toggle = useAdminAct<Webhook>(
    () => [`/webhooks/${webhook.id}`, { method: 'PATCH', ifMatch: etag, body: { enabled: !webhook.enabled } }],
    ['/webhooks'],
  )
  return (
    <ActButton
      label={webhook.enabled ? 'Disable' : 'Enable'}
      title={webhook.enabled ? 'Disable this webhook?' : 'Enable this webhook?'}
      verb={webhook.enabled ? 'Disable' : 'Enable'}
      isDangerous={webhook.enabled}
      effect={
        webhook.enabled
          ? 'It is told nothing from now on. What happens waits for it, for three days.'
          : 'It is told of what waits for it, and of all that happens from now on.'
      }
      act={async () => {
        await toggle.mutateAsync()
        toasts.done(webhook.enabled ? 'The webhook is disabled.' : 'The webhook is enabled.')
      }}
    />
  )
}

function RotateSecret({ webhook, etag, onSecret }: Acts) {
  const toasts = useToasts()
  const rotate = useAdminAct<WebhookWithSecret>(
    () => [`/webhooks/${webhook.id}/secret`, { method: 'POST', ifMatch: etag }],
    ['/webhooks'],
  )
  return (
    <ActButton
      label="Rotate the secret"
      title="A new secret?"
      verb="Rotate"
      isDangerous={false}
      effect="Messages are signed with both secrets for a day, so that the receiver can change over. The new one is shown once."
      act={async () => {
        const { body } = await rotate.mutateAsync()
        if (body.secret !== null) onSecret(body.secret)
        scrollTo({ top: 0 })
        toasts.done('There is a new secret, at the top of this page.')
      }}
    />
  )
}

function Delete({ webhook, etag }: Omit<Acts, 'onSecret'>) {
  const toasts = useToasts()
  const [, navigate] = useLocation()
  const remove = useAdminAct<unknown>(
    () => [`/webhooks/${webhook.id}`, { method: 'DELETE', ifMatch: etag }],
    ['/webhooks'],
  )
  return (
    <ActButton
      label="Delete"
      title="Delete this webhook?"
      verb="Delete"
      effect="It is told nothing any more, and what waits for it is not sent. Its log goes too."
      act={async () => {
        await remove.mutateAsync()
        toasts.done('The webhook is deleted.')
        navigate('/webhooks')
      }}
    />
  )
}
