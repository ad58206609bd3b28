import type { Account, AccountFactors } from '../../api/admin-api.ts'
import { useAdminAct } from '../../api/admin-queries.ts'
import { ActButton } from '../../elements/act-button.tsx'
import { type Confirmation, doneWords, WAIT } from '../../elements/confirmation-words.ts'
import classes from '../../elements/lists.module.css'
import { useToasts } from '../../elements/toasts.tsx'
import { DeleteAccount } from './delete-account.tsx'
import { ResetFactors } from './reset-factors.tsx'
import { SetPassword } from './set-password.tsx'

/** What decides whether they can log in. */
export function LoginActs({ account, factors }: { readonly account: Account; readonly factors: AccountFactors }) {
  const hasFactors = factors.totp_added_at !== null || factors.passkeys > 0 || factors.recovery_codes_left > 0
  if (account.state === 'deleting')
    return (
      <div className={classes.acts} style={{ marginTop: 16 }}>
        <Restore account={account} />
      </div>
    )
  return (
    <div className={classes.acts} style={{ marginTop: 16 }}>
      <SetPassword account={account} />
      {hasFactors && <ResetFactors account={account} hasPasskeys={factors.passkeys > 0} />}
      {account.state === 'active' ? <Disable account={account} /> : <Enable account={account} />}
      <DeleteAccount account={account} />
    </div>
  )
}

const RENEWED = ['/accounts', '/sessions']

function Disable({ account: { id, username } }: { readonly account: Account }) {
  const toasts = useToasts()
  const disable = useAdminAct<Confirmation>(
    () => [`/accounts/${id}/disable`, { method: 'POST', query: { wait: WAIT } }],
    RENEWED,
  )
  return (
    <ActButton
      label="Disable"
      title={`Disable ${username}?`}
      verb="Disable"
      effect="Ends their sessions and revokes their API keys now: every API refuses their tokens within a second. They can’t log in until somebody enables them."
      act={async () => {
        const { body } = await disable.mutateAsync()
        toasts.done(doneWords(`${username} is disabled.`, body))
      }}
    />
  )
}

function Enable({ account: { id, username, state } }: { readonly account: Account }) {
  const toasts = useToasts()
  const enable = useAdminAct<Account>(() => [`/accounts/${id}/enable`, { method: 'POST' }], RENEWED)
  return (
    <ActButton
      label={state === 'locked' ? 'Unlock' : 'Enable'}
      title={`Let ${username} log in again?`}
      verb="Let them log in"
      isDangerous={false}
      effect={
        state === 'locked'
          ? 'Its owner locked it, since somebody else had signed in. Make sure that it is they who ask.'
          : 'They can log in with what they had before. Sessions that were ended stay so.'
      }
      act={async () => {
        await enable.mutateAsync()
        toasts.done(`${username} can log in.`)
      }}
    />
  )
}

function Restore({ account: { id, username } }: { readonly account: Account }) {
  const toasts = useToasts()
  const restore = useAdminAct<Account>(() => [`/accounts/${id}/restore`, { method: 'POST' }], RENEWED)
  return (
    <ActButton
      label="Keep the account"
      title={`Keep ${username}?`}
      verb="Keep"
      isDangerous={false}
      effect="It is not deleted, and they can log in again. Sessions that were ended stay so."
      act={async () => {
        await restore.mutateAsync()
        toasts.done(`${username} is kept.`)
      }}
    />
  )
}
