import { Button } from '@mantine/core'
import { useState } from 'react'
import type { Api, Role } from '../../api/admin-api.ts'
import { useAdminList } from '../../api/admin-queries.ts'
import { EmptyState } from '../../elements/empty-state.tsx'
import { Failure } from '../../elements/failure.tsx'
import { PageFrame, PageSection } from '../../elements/page-frame.tsx'
import { Waiting } from '../../elements/waiting.tsx'
import { useMay } from '../../sign-in/session-context.tsx'
import { CreateRole } from './create-role.tsx'
import { PermissionMatrix } from './permission-matrix.tsx'
import { RoleTable } from './role-table.tsx'

/** What roles there are, and what each of them permits at each API. */
export function RolesPage() {
  const mayWrite = useMay('roles:write')
  const [isOpen, setOpen] = useState(false)
  const roles = useAdminList<Role>('/roles', { limit: 200 })
  return (
    <PageFrame
      title="Roles"
      about="Accounts have roles; a role permits something at an API. What is changed here holds within a second."
      actions={mayWrite && <Button onClick={() => setOpen(true)}>Create role</Button>}
    >
      <RoleTable list={roles} />
      <Matrix roles={roles.items} />
      <CreateRole isOpen={isOpen} onClose={() => setOpen(false)} />
    </PageFrame>
  )
}

function Matrix({ roles }: { readonly roles: readonly Role[] }) {
  const mayRead = useMay('apis:read')
  if (!mayRead) return null
  return (
    <PageSection title="What permits what" about="A permission is of an API, which declares it.">
      <MatrixOfApis roles={roles} />
    </PageSection>
  )
}

function MatrixOfApis({ roles }: { readonly roles: readonly Role[] }) {
  const { items, query } = useAdminList<Api>('/apis', { limit: 200 })
  if (query.isPending) return <Waiting what="Loading APIs" />
  if (query.error && items.length === 0) return <Failure error={query.error} retry={() => void query.refetch()} />
  const declaring = items.filter(({ permissions }) => permissions.length > 0)
  if (declaring.length === 0)
    return (
      <EmptyState title="No API declares a permission">
        Permissions stand at an API, such as orders:refund. Add some at its page, and say here which roles permit them.
      </EmptyState>
    )
  return declaring.map((api) => <PermissionMatrix key={api.audience} api={api} roles={roles} />)
}
