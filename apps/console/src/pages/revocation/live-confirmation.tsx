import type { NamedConfirmation } from '../../api/admin-api.ts'
import { useAdminQuery } from '../../api/admin-queries.ts'
import { Failure } from '../../elements/failure.tsx'
import classes from './revocation.module.css'

const ASK_SECONDS = 1

/** Which APIs refuse it by now, asked until all of them do. */
export function LiveConfirmation({ seq }: { readonly seq: number }) {
  const query = useAdminQuery<NamedConfirmation>(`/revocations/${seq}/confirmation`, { everySeconds: ASK_SECONDS })
  if (query.error && !query.data) return <Failure error={query.error} retry={() => void query.refetch()} />
  if (!query.data) return null
  const { confirmed, of, slowest_ms, missing } = query.data.body.confirmation
  return (
    <section className={classes.live} aria-label="Confirmation">
      <div role="status">
        <h2>
          {of === 0 ? 'Revoked' : `${confirmed} of ${of} ${of === 1 ? 'API refuses' : 'APIs refuse'} it`}
          {slowest_ms !== null && `, slowest ${Math.round(slowest_ms)} ms`}
        </h2>
      </div>
      {of === 0 ? (
        <p className="muted">
          No guard has a credential, so none can confirm. Each that follows the feed refuses it within a second.
        </p>
      ) : (
        <>
          <div className={classes.bar} aria-hidden="true">
            <span style={{ width: `${(confirmed / of) * 100}%` }} />
          </div>
          {missing.length > 0 ? (
            <p>
              Missing: <span className="mono">{missing.join(', ')}</span>. A guard that is cut off refuses everything
              after a minute at the latest.
            </p>
          ) : (
            <p className="muted">All of them have confirmed number {seq} of the feed.</p>
          )}
        </>
      )}
    </section>
  )
}
