import { useState } from 'react'
import type { Webhook } from '../../api/admin-api.ts'
import { useAdminQuery } from '../../api/admin-queries.ts'
import { Answer } from '../../elements/answer.tsx'
import { Chips } from '../../elements/chips.tsx'
import { Facts } from '../../elements/facts.tsx'
import { takeSecret } from '../../elements/kept-secrets.ts'
import { OnceSecret } from '../../elements/once-secret.tsx'
import { PageFrame, PageSection } from '../../elements/page-frame.tsx'
import { TimeAgo } from '../../elements/time-ago.tsx'
import { Deliveries } from './deliveries.tsx'
import { EditWebhook } from './edit-webhook.tsx'
import { WebhookActs } from './webhook-acts.tsx'
import { WebhookState } from './webhook-state.tsx'

/** One webhook, with what it was told. */
export function WebhookPage({ id }: { readonly id: string }) {
  const webhook = useAdminQuery<Webhook>(`/webhooks/${encodeURIComponent(id)}`)
  const [secret, setSecret] = useState(() => takeSecret(id))
  const name = webhook.data && (webhook.data.body.description || new URL(webhook.data.body.url).host)
  return (
    <PageFrame title={name ?? 'Webhook'} about={webhook.data && <WebhookState webhook={webhook.data.body} />}>
      {secret !== undefined && (
        <OnceSecret text={secret} what="the secret">
          The secret that messages are signed with, shown only now. The receiver verifies them with it.
        </OnceSecret>
      )}
      <Answer query={webhook} what="Loading the webhook">
        {(body, etag) => (
          <>
            <PageSection title="What it is">
              <Facts
                facts={[
                  [
                    'Address',
                    <span key="url" className="mono">
                      {body.url}
                    </span>,
                  ],
                  ['Told of', <Chips key="events" words={body.events} />],
                  ['Created', <TimeAgo key="created" at={body.created_at} />],
                  ...(body.failing_since === null
                    ? []
                    : [['Failing since', <TimeAgo key="failing" at={body.failing_since} />] as const]),
                  ...(body.old_secret_until === null
                    ? []
                    : [['The old secret signs until', <TimeAgo key="old" at={body.old_secret_until} />] as const]),
                ]}
              />
              <EditWebhook webhook={body} etag={etag} />
            </PageSection>
            <Deliveries webhook={body} />
            <WebhookActs webhook={body} etag={etag} onSecret={setSecret} />
          </>
        )}
      </Answer>
    </PageFrame>
  )
}
