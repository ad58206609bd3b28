import { Checkbox } from '@mantine/core'
import { useState } from 'react'
import type { Account, FactorReset } from '../../api/admin-api.ts'
import { useAdminAct } from '../../api/admin-queries.ts'
import { ActButton } from '../../elements/act-button.tsx'
import { useToasts } from '../../elements/toasts.tsx'

export function ResetFactors({
  account: { id, username },
  hasPasskeys,
}: {
  readonly account: Account
  readonly hasPasskeys: boolean
}) {
  const [losesPasskeys, setLosesPasskeys] = useState(false)
  const toasts = useToasts()
  const reset = useAdminAct<FactorReset>(
    () => [`/accounts/${id}/reset-factors`, { method: 'POST', body: { passkeys: losesPasskeys } }],
    ['/accounts'],
  )
  return (
    <ActButton
      label="Reset factors"
      title={`Reset the second factors of ${username}?`}
      verb="Reset"
      onOpen={() => setLosesPasskeys(false)}
      effect={
        <>
          <p style={{ marginTop: 0 }}>
            Removes the authenticator app, the recovery codes and what browsers remember: the password is enough then.
            Make sure that it is they who ask.
          </p>
          {hasPasskeys && (
            <Checkbox
              label="They have lost their passkeys as well"
              checked={losesPasskeys}
              onChange={({ currentTarget }) => setLosesPasskeys(currentTarget.checked)}
            />
          )}
        </>
      }
      act={async () => {
        await reset.mutateAsync()
        toasts.done(`The second factors of ${username} are gone.`)
      }}
    />
  )
}
