import type { ReactNode } from 'react'
import type { Account } from '../../api/admin-api.ts'
import { Copyable } from '../../elements/copyable.tsx'
import { Facts } from '../../elements/facts.tsx'
import { PageSection } from '../../elements/page-frame.tsx'
import { StateWord } from '../../elements/state-word.tsx'
import { TimeAgo } from '../../elements/time-ago.tsx'
import { useMay } from '../../sign-in/session-context.tsx'
import { EditAccount } from './edit-account.tsx'

/** The claims of a profile that are shown, with their names. */
const profileNames: readonly (readonly [claim: keyof Account['profile'], name: string])[] = [
  ['name', 'Name'],
  ['given_name', 'Given name'],
  ['family_name', 'Family name'],
  ['nickname', 'Nickname'],
  ['gender', 'Gender'],
  ['birthdate', 'Born'],
  ['phone_number', 'Telephone'],
  ['website', 'Website'],
  ['zoneinfo', 'Time zone'],
  ['locale', 'Language'],
]

export function WhoSection({ account, etag }: { readonly account: Account; readonly etag: string | undefined }) {
  const mayWrite = useMay('accounts:write')
  const claims = profileNames.flatMap(([claim, name]): (readonly [string, ReactNode])[] => {
    const value = account.profile[claim]
    return value === undefined ? [] : [[name, String(value)]]
  })
  return (
    <PageSection title="Who is this?">
      <Facts
        facts={[
          ['User name', account.username],
          ['E-mail address', <EmailAddress key="email" account={account} />],
          ['Id', <Copyable key="id" text={account.id} what="the account’s id" />],
          ['Created', <TimeAgo key="created" at={account.created_at} />],
          ...claims,
        ]}
      />
      {mayWrite && <EditAccount account={account} etag={etag} />}
    </PageSection>
  )
}

function EmailAddress({ account: { email, email_verified } }: { readonly account: Account }) {
  if (email === null) return <span className="muted">none</span>
  return (
    <>
      <span style={{ marginInlineEnd: 12 }}>{email}</span>
      {email_verified ? <StateWord tone="good">verified</StateWord> : <StateWord tone="quiet">not verified</StateWord>}
    </>
  )
}
