import { Link } from 'wouter'
import type { Member, Organization } from '../../api/admin-api.ts'
import { useAdminAct, useAdminList } from '../../api/admin-queries.ts'
import { ActButton } from '../../elements/act-button.tsx'
import { Chips } from '../../elements/chips.tsx'
import { type Confirmation, doneWords, WAIT } from '../../elements/confirmation-words.ts'
import { type Column, ListTable } from '../../elements/data-table.tsx'
import { EmptyState } from '../../elements/empty-state.tsx'
import classes from '../../elements/lists.module.css'
import { PageSection } from '../../elements/page-frame.tsx'
import { TimeAgo } from '../../elements/time-ago.tsx'
import { useToasts } from '../../elements/toasts.tsx'
import { useMay } from '../../sign-in/session-context.tsx'
import { MemberRoles } from './member-roles.tsx'

const columns: readonly Column<Member>[] = [
  {
    header: 'Member',
    cell: ({ account_id, username, invited_as }) => (
      <>
        <Link href={`/accounts/${account_id}`} className={classes.name}>
          {username}
        </Link>
        {invited_as !== null && <span className={classes.second}>invited as {invited_as}</span>}
      </>
    ),
  },
  { header: 'Roles in it', cell: ({ roles }) => <Chips words={roles} /> },
  { header: 'Joined', cell: ({ joined_at }) => <TimeAgo at={joined_at} /> },
]

export function Members({ organization }: { readonly organization: Organization }) {
  const list = useAdminList<Member>(`/organizations/${organization.id}/members`)
  const mayWrite = useMay('organizations:write')
  const acts: Column<Member> = {
    header: '',
    cell: (member) => (
      <div className={classes.acts}>
        <MemberRoles organization={organization} member={member} />
        <Remove organization={organization} member={member} />
      </div>
    ),
  }
  return (
    <PageSection title="Members">
      <ListTable
        name="Members"
        list={list}
        columns={mayWrite ? [...columns, acts] : columns}
        keyOf={({ account_id }) => account_id}
        empty={<EmptyState title="Nobody yet">Invite whoever is to own it; they invite the others.</EmptyState>}
      />
    </PageSection>
  )
}

function Remove({ organization, member }: { readonly organization: Organization; readonly member: Member }) {
  const toasts = useToasts()
  const remove = useAdminAct<Confirmation>(
    () => [
      `/organizations/${organization.id}/members/${member.account_id}`,
      { method: 'DELETE', query: { wait: WAIT } },
    ],
    ['/organizations', '/accounts', '/sessions'],
  )
  return (
    <ActButton
      isQuiet
      label="Remove"
      title={`Remove ${member.username} from ${organization.name}?`}
      verb="Remove"
      effect="What apps do for them in it ends within a second. Their account stays."
      act={async () => {
        const { body } = await remove.mutateAsync()
        toasts.done(doneWords(`${member.username} is no member any more.`, body))
      }}
    />
  )
}
