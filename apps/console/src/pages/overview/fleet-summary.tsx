import { Link } from 'wouter'
import type { GuardPage } from '../../api/admin-api.ts'
import { useAdminQuery } from '../../api/admin-queries.ts'
import { Answer } from '../../elements/answer.tsx'
import { PageSection } from '../../elements/page-frame.tsx'
import { StateWord } from '../../elements/state-word.tsx'
import { useMay } from '../../sign-in/session-context.tsx'

/** How the guards stand, and the one that is furthest behind. */
export function FleetSummary() {
  const mayRead = useMay('guards:read')
  const query = useAdminQuery<GuardPage>('/guards', { query: { limit: 200 }, everySeconds: 10, isEnabled: mayRead })
  if (!mayRead) return null
  return (
    <PageSection title="Guards">
      <Answer query={query}>
        {({ items }) => {
          const away = items.filter(({ state }) => state !== 'live')
          const lag = Math.max(0, ...items.map((guard) => guard.lag))
          if (items.length === 0)
            return (
              <p className="muted">
                No guard tells of itself yet. <Link href="/guards">How one does</Link>
              </p>
            )
          return (
            <p>
              {away.length === 0 ? (
                <StateWord tone="good">
                  {items.length === 1 ? 'The guard is live' : `All ${items.length} are live`}
                </StateWord>
              ) : (
                <StateWord tone="danger">{`${away.length} of ${items.length} are not live`}</StateWord>
              )}
              , {lag === 0 ? 'and none has anything left to apply' : `and one has ${lag} records left to apply`}.{' '}
              <Link href="/guards">See the fleet</Link>
            </p>
          )
        }}
      </Answer>
    </PageSection>
  )
}
