import { Checkbox } from '@mantine/core'
import { useState } from 'react'
import { useLocation } from 'wouter'
import type { Client, RotatedSecret } from '../../api/admin-api.ts'
import { useAdminAct } from '../../api/admin-queries.ts'
import { ActButton } from '../../elements/act-button.tsx'
import { type Confirmation, doneWords, WAIT } from '../../elements/confirmation-words.ts'
import classes from '../../elements/lists.module.css'
import { PageSection } from '../../elements/page-frame.tsx'
import { useToasts } from '../../elements/toasts.tsx'
import { useMay } from '../../sign-in/session-context.tsx'

interface Acts {
  readonly client: Client
  readonly etag: string | undefined
  readonly onSecret: (secret: string) => void
}

/** What can be done with a client that is registered here. */
export function ClientActs({ client, etag, onSecret }: Acts) {
  const mayWrite = useMay('clients:write')
  if (!mayWrite) return null
  const isBuiltIn = client.origin === 'built_in'
  return (
    <PageSection
      title="Take it back"
      about={isBuiltIn ? 'The server keeps this client itself: it can’t be changed or deleted.' : undefined}
    >
      <div className={classes.acts}>
        {client.type === 'confidential' && client.secret_created_at !== null && (
          <RotateSecret client={client} onSecret={onSecret} />
        )}
        <Revoke client={client} />
        {!isBuiltIn && <Delete client={client} etag={etag} />}
      </div>
    </PageSection>
  )
}

function RotateSecret({ client, onSecret }: Omit<Acts, 'etag'>) {
  const [isAtOnce, setAtOnce] = useState(false)
  const toasts = useToasts()
  const rotate = useAdminAct<RotatedSecret>(
    () => [`/clients/${encodeURIComponent(client.id)}/secret`, { body: isAtOnce ? { overlap: '0' } : {} }],
    ['/clients'],
  )
  return (
    <ActButton
      label="Rotate the secret"
      title={`A new secret for ${client.name}?`}
      verb="Rotate"
      onOpen={() => setAtOnce(false)}
      effect={
        <>
          <p style={{ marginTop: 0 }}>
            {isAtOnce
              ? 'The secret until now is refused from this moment on. The new one is shown once.'
              : 'The secret until now is taken as well for a while, so that the client can change over. The new one is shown once.'}
          </p>
          <Checkbox
            label="Refuse the one until now at once: it has leaked"
            checked={isAtOnce}
            onChange={({ currentTarget }) => setAtOnce(currentTarget.checked)}
          />
        </>
      }
      act={async () => {
        const { body } = await rotate.mutateAsync()
        if (body.client_secret !== null) onSecret(body.client_secret)
        scrollTo({ top: 0 })
        toasts.done('There is a new secret, at the top of this page.')
      }}
    />
  )
}

function Revoke({ client }: { readonly client: Client }) {
  const toasts = useToasts()
  const revoke = useAdminAct<Confirmation>(
    () => [`/clients/${encodeURIComponent(client.id)}/revoke`, { method: 'POST', query: { wait: WAIT } }],
    ['/sessions', '/accounts'],
  )
  return (
    <ActButton
      label="Revoke its tokens"
      title={`Revoke everything of ${client.name}?`}
      verb="Revoke"
      effect="Ends every session at this client now, of whomever, and its API keys: every API refuses its tokens within a second. It may ask for new ones."
      act={async () => {
        const { body } = await revoke.mutateAsync()
        toasts.done(doneWords(`Everything of ${client.name} is revoked.`, body))
      }}
    />
  )
}

function Delete({ client, etag }: { readonly client: Client; readonly etag: string | undefined }) {
  const toasts = useToasts()
  const [, navigate] = useLocation()
  const remove = useAdminAct<Confirmation>(
    () => [`/clients/${encodeURIComponent(client.id)}`, { method: 'DELETE', ifMatch: etag, query: { wait: WAIT } }],
    ['/clients', '/sessions', '/accounts'],
  )
  return (
    <ActButton
      label="Delete"
      title={`Delete ${client.name}?`}
      verb="Delete"
      effect="Ends its sessions now, and it may ask for no token any more. It does not come back."
      act={async () => {
        const { body } = await remove.mutateAsync()
        toasts.done(doneWords(`${client.name} is deleted.`, body))
        navigate('/clients')
      }}
    />
  )
}
