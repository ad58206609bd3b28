import { useState } from 'react'
import type { Api, Client } from '../../api/admin-api.ts'
import { useAdminList, useAdminQuery } from '../../api/admin-queries.ts'
import { Answer } from '../../elements/answer.tsx'
import { Chips } from '../../elements/chips.tsx'
import { Copyable } from '../../elements/copyable.tsx'
import { decodeParameter } from '../../elements/decode-parameter.ts'
import { Facts } from '../../elements/facts.tsx'
import { takeSecret } from '../../elements/kept-secrets.ts'
import { OnceSecret } from '../../elements/once-secret.tsx'
import { PageFrame, PageSection } from '../../elements/page-frame.tsx'
import { Snippets } from '../../elements/snippets.tsx'
import { TimeAgo } from '../../elements/time-ago.tsx'
import { useIssuer } from '../../elements/use-issuer.ts'
import { useMay } from '../../sign-in/session-context.tsx'
import { clientSnippets } from '../../snippets/client-snippets.ts'
import { ClientActs } from './client-acts.tsx'
import { grantWords, originWords } from './client-words.ts'
import { EditClient } from './edit-client.tsx'

/** One client: what it is, the code for it, and what can be done with it. */
export function ClientPage({ id: encoded }: { readonly id: string }) {
  const id = decodeParameter(encoded)
  const client = useAdminQuery<Client>(`/clients/${encodeURIComponent(id)}`)
  const [secret, setSecret] = useState(() => takeSecret(id))
  return (
    <PageFrame title={client.data?.body.name ?? 'Client'} about={client.data && originOf(client.data.body)}>
      {secret !== undefined && (
        <OnceSecret text={secret} what="the client secret">
          The client secret, shown only now. Keep it where the client reads CLIENT_SECRET.
        </OnceSecret>
      )}
      <Answer query={client} what="Loading the client">
        {(body, etag) => (
          <>
            <ClientFacts client={body} />
            <EditClient client={body} etag={etag} />
            <Code client={body} />
            <ClientActs client={body} etag={etag} onSecret={setSecret} />
          </>
        )}
      </Answer>
    </PageFrame>
  )
}

function originOf(client: Client): string {
  return `${client.type === 'public' ? 'A public' : 'A confidential'} client, registered ${originWords(client)}.`
}

function ClientFacts({ client }: { readonly client: Client }) {
  const { id, grants, redirect_uris, post_logout_redirect_uris, scopes, is_first_party, required_factor, created_at } =
    client
  const signsIn = grants.some((grant) => grant !== 'client_credentials')
  return (
    <PageSection title="What it is">
      <Facts
        facts={[
          ['Client id', <Copyable key="id" text={id} what="the client id" />],
          ['Gets tokens by', grantWords(grants)],
          ['Redirect URIs', <Lines key="redirect" lines={redirect_uris} />],
          ['After signing out', <Lines key="logout" lines={post_logout_redirect_uris} />],
          ['Scopes', <Chips key="scopes" words={scopes} none={signsIn ? 'as each person’s' : 'none'} />],
          ['People are asked', askedWords(signsIn, is_first_party)],
          ['Second factor', required_factor ?? 'not required'],
          ['Created', <TimeAgo key="created" at={created_at} />],
        ]}
      />
    </PageSection>
  )
}

function askedWords(signsIn: boolean, isFirstParty: boolean): string {
  if (!signsIn) return 'nothing: nobody signs in here'
  return isFirstParty ? 'no: it is our own' : 'whether they agree'
}

function Lines({ lines }: { readonly lines: readonly string[] }) {
  if (lines.length === 0) return <span className="muted">none</span>
  return lines.map((line) => (
    <span key={line} className="mono" style={{ display: 'block' }}>
      {line}
    </span>
  ))
}

function Code({ client }: { readonly client: Client }) {
  const issuer = useIssuer()
  const mayRead = useMay('apis:read')
  const apis = useAdminList<Api>('/apis', { limit: 200 }, { isEnabled: mayRead })
  const audience = apis.items.find((api) => !api.built_in)?.audience
  if (issuer === undefined || client.origin === 'built_in') return null
  const snippets = clientSnippets({
    ...{ issuer, clientId: client.id, type: client.type, grants: client.grants },
    ...{ redirectUris: client.redirect_uris, audience },
  })
  if (snippets.length === 0) return null
  return (
    <PageSection title="Use it" about="Runs as pasted. A secret is read from the environment.">
      <Snippets name="Code for this client" snippets={snippets} />
    </PageSection>
  )
}
