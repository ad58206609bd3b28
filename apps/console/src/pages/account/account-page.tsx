import type { Account } from '../../api/admin-api.ts'
import { useAdminQuery } from '../../api/admin-queries.ts'
import { AccountState } from '../../elements/account-state.tsx'
import { Answer } from '../../elements/answer.tsx'
import { PageFrame } from '../../elements/page-frame.tsx'
import { LoginSection } from './login-section.tsx'
import { MaySection } from './may-section.tsx'
import { WhatHappened } from './what-happened.tsx'
import { WhereSection } from './where-section.tsx'
import { WhoSection } from './who-section.tsx'

/** One account: who it is, whether they can log in, where they are logged in, what they may do, what happened. */
export function AccountPage({ id }: { readonly id: string }) {
  const account = useAdminQuery<Account>(`/accounts/${encodeURIComponent(id)}`)
  const name = account.data?.body.username
  return (
    <PageFrame title={name ?? 'Account'} about={account.data && <AccountState account={account.data.body} />}>
      <Answer query={account} what="Loading the account">
        {(body, etag) => (
          <>
            <WhoSection account={body} etag={etag} />
            <LoginSection account={body} />
            <WhereSection account={body} />
            <MaySection account={body} />
            <WhatHappened account={body} />
          </>
        )}
      </Answer>
    </PageFrame>
  )
}
