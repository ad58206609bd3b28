import { useState } from 'react'
import { useLocation } from 'wouter'
import type { Api } from '../../api/admin-api.ts'
import { useAdminAct, useAdminQuery } from '../../api/admin-queries.ts'
import { ActButton } from '../../elements/act-button.tsx'
import { Answer } from '../../elements/answer.tsx'
import { doneWords, WAIT } from '../../elements/confirmation-words.ts'
import { Copyable } from '../../elements/copyable.tsx'
import { type Column, DataTable } from '../../elements/data-table.tsx'
import { decodeParameter } from '../../elements/decode-parameter.ts'
import { EmptyState } from '../../elements/empty-state.tsx'
import { Facts } from '../../elements/facts.tsx'
import { takeSecret } from '../../elements/kept-secrets.ts'
import { OnceSecret } from '../../elements/once-secret.tsx'
import { PageFrame, PageSection } from '../../elements/page-frame.tsx'
import { Snippets } from '../../elements/snippets.tsx'
import { TimeAgo } from '../../elements/time-ago.tsx'
import { durationWords } from '../../elements/time-words.ts'
import { useToasts } from '../../elements/toasts.tsx'
import { useIssuer } from '../../elements/use-issuer.ts'
import { useMay } from '../../sign-in/session-context.tsx'
import { guardSnippets } from '../../snippets/guard-snippets.ts'
import { EditApi } from './edit-api.tsx'

/** One API: what its tokens are, its scopes and permissions, and the lines that guard it. */
export function ApiPage({ audience: encoded }: { readonly audience: string }) {
  const audience = decodeParameter(encoded)
  const api = useAdminQuery<Api>(`/apis/${encodeURIComponent(audience)}`)
  const [secret] = useState(() => takeSecret(audience))
  return (
    <PageFrame title={api.data?.body.name ?? 'API'} about={api.data && <span className="mono">{audience}</span>}>
      {secret !== undefined && (
        <OnceSecret text={secret} what="the secret of the API">
          The secret that tokens are signed with, shown only now. Keep it where the API reads API_SECRET.
        </OnceSecret>
      )}
      <Answer query={api} what="Loading the API">
        {(body, etag) => (
          <>
            <ApiFacts api={body} />
            <EditApi api={body} etag={etag} />
            <Code api={body} />
            <Scopes api={body} />
            <Permissions api={body} />
            <DeleteApi api={body} etag={etag} />
          </>
        )}
      </Answer>
    </PageFrame>
  )
}

function ApiFacts({ api }: { readonly api: Api }) {
  return (
    <PageSection title="What it is">
      <Facts
        facts={[
          ['Audience', <Copyable key="audience" text={api.audience} what="the audience" />],
          ['Tokens live', durationWords(api.lifetime_seconds * 1000)],
          ['Signed with', api.algorithm],
          ['Second factor', api.required_factor ?? 'not required'],
          ['Created', <TimeAgo key="created" at={api.created_at} />],
        ]}
      />
    </PageSection>
  )
}

function Code({ api }: { readonly api: Api }) {
  const issuer = useIssuer()
  if (issuer === undefined || api.built_in) return null
  const { audience, scopes, algorithm } = api
  return (
    <PageSection
      title="Guard it"
      about="Runs as pasted: without a good token the answer is 401, and revoked ones are refused within a second."
    >
      <Snippets
        name="Code that guards this API"
        snippets={guardSnippets({ issuer, audience, scopes, isSecretShared: algorithm === 'HS256' })}
      />
    </PageSection>
  )
}

interface ScopeRow {
  readonly scope: string
  readonly words: string | undefined
}

const scopeColumns: readonly Column<ScopeRow>[] = [
  { header: 'Scope', cell: ({ scope }) => <span className="mono">{scope}</span> },
  {
    header: 'In words, where people are asked',
    cell: ({ words }) => words ?? <span className="muted">its name alone</span>,
  },
]

function Scopes({ api }: { readonly api: Api }) {
  const rows = api.scopes.map((scope) => ({ scope, words: api.scope_descriptions[scope] }))
  return (
    <PageSection title="Scopes" about="What an app may ask for.">
      <DataTable
        name="Scopes"
        columns={scopeColumns}
        rows={rows}
        keyOf={({ scope }) => scope}
        empty={<EmptyState title="No scopes">Every token for this API is as good as any other.</EmptyState>}
      />
    </PageSection>
  )
}

const permissionColumns: readonly Column<Api['permissions'][number]>[] = [
  { header: 'Permission', cell: ({ name }) => <span className="mono">{name}</span> },
  { header: 'What it is', cell: ({ description }) => description ?? <span className="muted">not said</span> },
  {
    header: 'Needs the scope',
    cell: ({ scope }) => (scope === null ? <span className="muted">none</span> : <span className="mono">{scope}</span>),
  },
]

function Permissions({ api }: { readonly api: Api }) {
  return (
    <PageSection
      title="Permissions"
      about="What an account may do here, by its roles: who has which is on the page of roles."
    >
      <DataTable
        name="Permissions"
        columns={permissionColumns}
        rows={api.permissions}
        keyOf={({ name }) => name}
        empty={
          <EmptyState title="No permissions">
            Declare some, such as orders:refund, and let roles permit them: tokens carry what is left of them.
          </EmptyState>
        }
      />
    </PageSection>
  )
}

function DeleteApi({ api, etag }: { readonly api: Api; readonly etag: string | undefined }) {
  const mayWrite = useMay('apis:write')
  const toasts = useToasts()
  const [, navigate] = useLocation()
  const remove = useAdminAct<unknown>(
    () => [`/apis/${encodeURIComponent(api.audience)}`, { method: 'DELETE', ifMatch: etag, query: { wait: WAIT } }],
    ['/apis', '/roles', '/sessions', '/accounts'],
  )
  if (!mayWrite || api.built_in) return null
  return (
    <PageSection title="Take it away">
      <ActButton
        label="Delete"
        title={`Delete ${api.name}?`}
        verb="Delete"
        effect="Ends the sessions at it now and revokes its API keys: no token is issued for it any more, and roles permit nothing there. It does not come back."
        act={async () => {
          const { body } = await remove.mutateAsync()
          toasts.done(doneWords(`${api.name} is deleted.`, body))
          navigate('/apis')
        }}
      />
    </PageSection>
  )
}
