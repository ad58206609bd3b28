import { Button } from '@mantine/core'
import type { AuditState, AuditVerification } from '../../api/admin-api.ts'
import { useAdminAct, useAdminQuery } from '../../api/admin-queries.ts'
import { Answer } from '../../elements/answer.tsx'
import { StateWord } from '../../elements/state-word.tsx'
import { TimeAgo } from '../../elements/time-ago.tsx'
import classes from './audit.module.css'

/** Whether the log is whole, as far as is known, and a button that reads all of it. */
export function LogState() {
  const state = useAdminQuery<AuditState>('/audit/state', { everySeconds: 10 })
  const verification = useAdminQuery<AuditVerification>('/audit/verification', { everySeconds: 2 })
  const begin = useAdminAct<AuditVerification>(
    () => ['/audit/verification', { method: 'POST' }],
    ['/audit/verification'],
  )
  const isRunning = verification.data?.body.state === 'running'
  return (
    <section className={classes.state} aria-label="The log">
      <Answer query={state} what="Loading the state of the log">
        {(body) => (
          <div>
            <TreeState state={body} />
            <p className="small muted">
              {body.size.toLocaleString('en')} events in the tree{body.pending > 0 && `, ${body.pending} on their way`}.
            </p>
            {body.alarms.map((alarm) => (
              <p key={`${alarm.seen_by} ${alarm.checkpoint}`} className={classes.alarm} role="alert">
                {alarm.seen_by} remembers {alarm.remembered_size} events where the log has {alarm.found_size}:{' '}
                {alarm.contradiction.replace('_', ' ')}.
              </p>
            ))}
            {verification.data && <Verified verification={verification.data.body} />}
          </div>
        )}
      </Answer>
      <Button variant="default" loading={isRunning} onClick={() => begin.mutate()}>
        Verify all of it
      </Button>
    </section>
  )
}

function TreeState({ state }: { readonly state: AuditState }) {
  if (state.is_refusing || state.alarms.length > 0)
    return <StateWord tone="danger">Contradicts what was signed</StateWord>
  return <StateWord tone="good">Signed and undisputed</StateWord>
}

function Verified({ verification }: { readonly verification: AuditVerification }) {
  const { state, done, of, is_whole, ended_at, findings, finding_count } = verification
  if (state === 'none') return null
  if (state === 'running')
    return (
      <p role="status">
        Verifying: {done} of {of} events read.
      </p>
    )
  if (state === 'failed') return <p role="alert">The verification failed. The server’s log says why.</p>
  return (
    <div role="status">
      <p>
        {is_whole
          ? `Whole: each of ${done.toLocaleString('en')} events is what its leaf says, and the tree is what was signed.`
          : `${finding_count} ${finding_count === 1 ? 'thing is' : 'things are'} wrong:`}{' '}
        <span className="muted">
          Verified <TimeAgo at={ended_at} />.
        </span>
      </p>
      {findings.length > 0 && (
        <ul>
          {findings.map((finding) => (
            <li key={finding}>{finding}</li>
          ))}
        </ul>
      )}
    </div>
  )
}
