import type { Account, AccountFactors } from '../../api/admin-api.ts'
import { useAdminQuery } from '../../api/admin-queries.ts'
import { AccountState } from '../../elements/account-state.tsx'
import { Answer } from '../../elements/answer.tsx'
import { Facts } from '../../elements/facts.tsx'
import { PageSection } from '../../elements/page-frame.tsx'
import { TimeAgo } from '../../elements/time-ago.tsx'
import { useMay } from '../../sign-in/session-context.tsx'
import { Identities } from './identities.tsx'
import { LoginActs } from './login-acts.tsx'
import { Passkeys } from './passkeys.tsx'

export function LoginSection({ account }: { readonly account: Account }) {
  const factors = useAdminQuery<AccountFactors>(`/accounts/${account.id}/factors`)
  const mayWrite = useMay('accounts:write')
  return (
    <PageSection title="Can they log in?">
      <Answer query={factors} what="Loading what they log in with">
        {(body) => (
          <>
            <LoginFacts account={account} factors={body} />
            {mayWrite && <LoginActs account={account} factors={body} />}
            {body.passkeys > 0 && <Passkeys account={account} />}
            {body.identities > 0 && <Identities account={account} />}
          </>
        )}
      </Answer>
    </PageSection>
  )
}

function LoginFacts({ account, factors }: { readonly account: Account; readonly factors: AccountFactors }) {
  const none = <span className="muted">none</span>
  return (
    <Facts
      facts={[
        ['State', <StateFact key="state" account={account} />],
        [
          'Password',
          factors.has_password ? (
            <>
              set <TimeAgo at={factors.password_set_at} />
            </>
          ) : (
            none
          ),
        ],
        [
          'Authenticator app',
          factors.totp_added_at === null ? (
            none
          ) : (
            <>
              added <TimeAgo at={factors.totp_added_at} />
            </>
          ),
        ],
        ['Passkeys', factors.passkeys === 0 ? none : factors.passkeys],
        ['Recovery codes left', factors.recovery_codes_left === 0 ? none : factors.recovery_codes_left],
        ['Browsers not asked', factors.remembered_devices === 0 ? none : factors.remembered_devices],
      ]}
    />
  )
}

function StateFact({ account }: { readonly account: Account }) {
  const { state, disabled_at, delete_after } = account
  return (
    <>
      <AccountState account={account} />
      {state === 'deleting' ? (
        <>
          , for good <TimeAgo at={delete_after} />
        </>
      ) : (
        disabled_at !== null && (
          <>
            , since <TimeAgo at={disabled_at} />
          </>
        )
      )}
    </>
  )
}
