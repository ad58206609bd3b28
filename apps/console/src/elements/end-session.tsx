import type { Session } from '../api/admin-api.ts'
import { useAdminAct } from '../api/admin-queries.ts'
import { ActButton } from './act-button.tsx'
import { type Confirmation, doneWords, WAIT } from './confirmation-words.ts'
import { deviceWords } from './device-words.ts'
import { useToasts } from './toasts.tsx'

/** Ends a session everywhere, and tells how many APIs refuse it. */
export function EndSession({ session }: { readonly session: Session }) {
  const toasts = useToasts()
  const end = useAdminAct<Confirmation>(
    () => [`/sessions/${session.id}`, { method: 'DELETE', query: { wait: WAIT } }],
    ['/sessions', '/accounts/'],
  )
  return (
    <ActButton
      isQuiet
      label="End"
      title="End this session?"
      verb="End session"
      effect={`Signs ${deviceWords(session.user_agent)} at ${session.network} out of ${session.client_id} now: every API refuses its tokens within a second.`}
      act={async () => {
        const { body } = await end.mutateAsync()
        toasts.done(doneWords('The session has ended.', body))
      }}
    />
  )
}
