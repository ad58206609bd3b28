import type { Organization } from '../../api/admin-api.ts'
import { useAdminQuery } from '../../api/admin-queries.ts'
import { Answer } from '../../elements/answer.tsx'
import { Copyable } from '../../elements/copyable.tsx'
import { Facts } from '../../elements/facts.tsx'
import { PageFrame, PageSection } from '../../elements/page-frame.tsx'
import { TimeAgo } from '../../elements/time-ago.tsx'
import { Invitations } from './invitations.tsx'
import { Members } from './members.tsx'
import { OrganizationActs } from './organization-acts.tsx'
import { OrganizationState } from './organization-state.tsx'

/** One organization, with its members and whom it has invited. */
export function OrganizationPage({ id }: { readonly id: string }) {
  const organization = useAdminQuery<Organization>(`/organizations/${encodeURIComponent(id)}`)
  return (
    <PageFrame
      title={organization.data?.body.name ?? 'Organization'}
      about={organization.data && <OrganizationState organization={organization.data.body} />}
    >
      <Answer query={organization} what="Loading the organization">
        {(body, etag) => (
          <>
            <PageSection title="What it is">
              <Facts
                facts={[
                  ['Id', <Copyable key="id" text={body.id} what="the organization’s id" />],
                  ['Short name', body.slug],
                  ['Created', <TimeAgo key="created" at={body.created_at} />],
                ]}
              />
            </PageSection>
            <Members organization={body} />
            <Invitations organization={body} />
            <OrganizationActs organization={body} etag={etag} />
          </>
        )}
      </Answer>
    </PageFrame>
  )
}
