import { Checkbox } from '@mantine/core'
import { useState } from 'react'
import { useLocation } from 'wouter'
import type { Account } from '../../api/admin-api.ts'
import { useAdminAct } from '../../api/admin-queries.ts'
import { ActButton } from '../../elements/act-button.tsx'
import { doneWords, WAIT } from '../../elements/confirmation-words.ts'
import { useToasts } from '../../elements/toasts.tsx'

export function DeleteAccount({ account: { id, username } }: { readonly account: Account }) {
  const [isAtOnce, setAtOnce] = useState(false)
  const toasts = useToasts()
  const [, navigate] = useLocation()
  const remove = useAdminAct<unknown>(
    () => [`/accounts/${id}`, { method: 'DELETE', query: { wait: WAIT, at_once: isAtOnce ? true : undefined } }],
    ['/accounts', '/sessions'],
  )
  return (
    <ActButton
      label="Delete"
      title={`Delete ${username}?`}
      verb={isAtOnce ? 'Delete for good' : 'Delete'}
      onOpen={() => setAtOnce(false)}
      effect={
        <>
          <p style={{ marginTop: 0 }}>
            {isAtOnce
              ? 'Ends their sessions now, and deletes all that is kept of them. Nobody can bring it back.'
              : 'Ends their sessions now. The account is kept for the grace period, in which you or they can still keep it; then all of it is deleted.'}
          </p>
          <Checkbox
            label="At once, without a grace period"
            checked={isAtOnce}
            onChange={({ currentTarget }) => setAtOnce(currentTarget.checked)}
          />
        </>
      }
      act={async () => {
        const { body } = await remove.mutateAsync()
        toasts.done(doneWords(isAtOnce ? `${username} is deleted.` : `${username} is to be deleted.`, body))
        if (isAtOnce) navigate('/accounts')
      }}
    />
  )
}
