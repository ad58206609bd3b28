import { Link } from 'wouter'
import type { Account, AccountMembership, AccountMembershipList } from '../../api/admin-api.ts'
import { useAdminQuery } from '../../api/admin-queries.ts'
import { Answer } from '../../elements/answer.tsx'
import { Chips } from '../../elements/chips.tsx'
import { type Column, DataTable } from '../../elements/data-table.tsx'
import classes from '../../elements/lists.module.css'
import { TimeAgo } from '../../elements/time-ago.tsx'

const columns: readonly Column<AccountMembership>[] = [
  {
    header: 'Organization',
    cell: ({ organization_id, organization_name }) => (
      <Link href={`/organizations/${organization_id}`} className={classes.name}>
        {organization_name}
      </Link>
    ),
  },
  { header: 'Roles in it', cell: ({ roles }) => <Chips words={roles} /> },
  { header: 'Joined', cell: ({ joined_at }) => <TimeAgo at={joined_at} /> },
]

/** Whom they act for; nothing where it is nobody. */
export function Memberships({ account }: { readonly account: Account }) {
  const memberships = useAdminQuery<AccountMembershipList>(`/accounts/${account.id}/memberships`)
  return (
    <Answer query={memberships}>
      {({ items }) =>
        items.length > 0 && (
          <div className={classes.part}>
            <DataTable
              name="Organizations"
              columns={columns}
              rows={items}
              keyOf={(one) => one.organization_id}
              empty={null}
            />
          </div>
        )
      }
    </Answer>
  )
}
