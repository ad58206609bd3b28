import { Button } from '@mantine/core'
import { ClientError } from '@ostiary/client'
import { AdminProblem } from '../api/admin-problem.ts'
import { useToasts } from '../elements/toasts.tsx'
import { useSession, useSessionState } from '../sign-in/session-context.tsx'
import { SchemeSwitch } from './scheme-switch.tsx'
import classes from './shell.module.css'

/** Who is signed in, how to leave, and light or dark. */
export function RailFoot() {
  const session = useSession()
  const state = useSessionState()
  const toasts = useToasts()
  const signOut = async (): Promise<void> => {
    try {
      await session.signOut()
    } catch (error) {
      if (!(error instanceof ClientError)) throw error
      const detail = 'The server could not be reached; you are still signed in.'
      toasts.failed(new AdminProblem({ status: 0, code: error.code, detail }))
    }
  }
  return (
    <div className={classes.foot}>
      <SchemeSwitch />
      {state.status === 'signed-in' ? (
        <>
          <span className={classes.name} title={state.person.name}>
            <span className="muted">Signed in as </span>
            {state.person.name}
          </span>
          <Button variant="default" size="xs" onClick={() => void signOut()}>
            Sign out
          </Button>
        </>
      ) : (
        <Button variant="default" size="xs" onClick={() => void session.signIn()}>
          Sign in
        </Button>
      )}
    </div>
  )
}
