import { Link } from 'wouter'
import type { AuditEvent } from '../../api/admin-api.ts'
import { useAdminQuery } from '../../api/admin-queries.ts'
import { Actor } from '../../elements/actor.tsx'
import { Answer } from '../../elements/answer.tsx'
import { CodeBlock } from '../../elements/code-block.tsx'
import { Copyable } from '../../elements/copyable.tsx'
import { Facts } from '../../elements/facts.tsx'
import { PageFrame, PageSection } from '../../elements/page-frame.tsx'
import { StateWord } from '../../elements/state-word.tsx'
import { TimeAgo } from '../../elements/time-ago.tsx'
import { Proof } from './proof.tsx'

/** One event, and the proof that it is in the log as it was written. */
export function EventPage({ id }: { readonly id: string }) {
  const event = useAdminQuery<AuditEvent>(`/audit/events/${encodeURIComponent(id)}`)
  return (
    <PageFrame title={event.data?.body.act ?? 'Event'} about={event.data && <TimeAgo at={event.data.body.at} />}>
      <Answer query={event} what="Loading the event">
        {(body) => (
          <>
            <PageSection title="What was done">
              <EventFacts event={body} />
            </PageSection>
            <PageSection title="Particulars">
              {body.is_erased ? (
                <p className="muted">Erased with the account. The leaf of the tree is the same.</p>
              ) : (
                <CodeBlock text={JSON.stringify(body.detail, null, 2)} what="the particulars" />
              )}
            </PageSection>
            <PageSection
              title="Proof"
              about="That this event is in the log as it was written, checked here, in this browser."
            >
              {body.index === null ? (
                <p className="muted">It becomes a leaf of the tree within a second. Reload the page.</p>
              ) : (
                <Proof eventId={body.id} />
              )}
            </PageSection>
          </>
        )}
      </Answer>
    </PageFrame>
  )
}

function EventFacts({ event }: { readonly event: AuditEvent }) {
  const unknown = <span className="muted">none</span>
  return (
    <Facts
      facts={[
        [
          'Outcome',
          event.outcome === 'done' ? (
            <StateWord key="done" tone="good">
              Done
            </StateWord>
          ) : (
            <StateWord key="refused" tone="danger">
              Refused
            </StateWord>
          ),
        ],
        ['By', <Actor key="by" actor={event.actor} />],
        [
          'On',
          event.account_id === null ? (
            unknown
          ) : (
            <Link key="on" href={`/accounts/${event.account_id}`} className="mono">
              {event.account_id}
            </Link>
          ),
        ],
        [
          'Session',
          event.session_id === null ? (
            unknown
          ) : (
            <span key="session" className="mono">
              {event.session_id}
            </span>
          ),
        ],
        ['Client', event.client_id ?? unknown],
        ['From', event.network ?? unknown],
        [
          'Incident',
          event.incident_id === null ? (
            unknown
          ) : (
            <Copyable key="incident" text={event.incident_id} what="the incident id" />
          ),
        ],
        ['Event', <Copyable key="id" text={event.id} what="the event’s id" />],
        ['Leaf', event.index ?? unknown],
      ]}
    />
  )
}
