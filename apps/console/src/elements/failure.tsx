import { Button } from '@mantine/core'
import { AdminProblem } from '../api/admin-problem.ts'
import { useSession } from '../sign-in/session-context.tsx'
import classes from './elements.module.css'

/** Says why a part of a page can't be shown, and what helps. */
export function Failure({ error, retry }: { readonly error: Error; readonly retry?: (() => void) | undefined }) {
  const session = useSession()
  const problem = error instanceof AdminProblem ? error : undefined
  if (problem?.missing !== undefined) return <MissingPermission permission={problem.missing} />
  const isOver = problem?.code === 'session_ended' || problem?.code === 'not_logged_in' || problem?.status === 401
  return (
    <div className={classes.failure} role="alert">
      <h2>{isOver ? 'Your session has ended' : 'This could not be loaded'}</h2>
      <p>{problem?.message ?? 'The console has a fault here. Reload the page.'}</p>
      {problem?.incidentId && (
        <p className="muted small">
          {problem.code}, incident <span className="mono">{problem.incidentId}</span>
        </p>
      )}
      <div className={classes.actions}>
        {isOver ? (
          <Button onClick={() => void session.signIn()}>Sign in again</Button>
        ) : (
          retry && (
            <Button variant="default" onClick={retry}>
              Try again
            </Button>
          )
        )}
      </div>
    </div>
  )
}

function MissingPermission({ permission }: { readonly permission: string }) {
  return (
    <div className={classes.failure} role="alert">
      <h2>You may not see this</h2>
      <p>
        Your roles don’t permit <code>{permission}</code>. Whoever may write roles can give you one that does:
      </p>
      <p className="mono">ostiary role grant --help</p>
    </div>
  )
}
