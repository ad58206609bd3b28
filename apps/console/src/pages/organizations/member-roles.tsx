import { Button, Checkbox } from '@mantine/core'
import { useState } from 'react'
import type { Member, Organization, RolePage } from '../../api/admin-api.ts'
import { useAdminAct, useAdminQuery } from '../../api/admin-queries.ts'
import { type Confirmation, doneWords, WAIT } from '../../elements/confirmation-words.ts'
import { FormDialog } from '../../elements/form-dialog.tsx'
import lists from '../../elements/lists.module.css'
import { useToasts } from '../../elements/toasts.tsx'
import { useMay } from '../../sign-in/session-context.tsx'

interface Whose {
  readonly organization: Organization
  readonly member: Member
}

/** What a member is in an organization, for whoever sees which roles there are. */
export function MemberRoles(whose: Whose) {
  const maySeeRoles = useMay('roles:read')
  const [isOpen, setOpen] = useState(false)
  if (!maySeeRoles) return null
  return (
    <>
      <Button variant="default" size="xs" onClick={() => setOpen(true)}>
        Roles
      </Button>
      {isOpen && <MemberRolesDialog {...whose} onClose={() => setOpen(false)} />}
    </>
  )
}

function MemberRolesDialog({ organization, member, onClose }: Whose & { readonly onClose: () => void }) {
  const [chosen, setChosen] = useState<readonly string[]>(member.roles)
  const roles = useAdminQuery<RolePage>('/roles', { query: { is_for_organizations: true, limit: 200 } })
  const toasts = useToasts()
  const put = useAdminAct<Confirmation>(
    () => [
      `/organizations/${organization.id}/members/${member.account_id}`,
      { method: 'PUT', query: { wait: WAIT }, body: { roles: chosen } },
    ],
    ['/organizations', '/accounts', '/sessions'],
  )
  const names = (roles.data?.body.items ?? []).map(({ name }) => name)
  const all = [...new Set([...names, ...member.roles])]
  return (
    <FormDialog
      isOpen
      title={`Roles of ${member.username} in ${organization.name}`}
      verb="Save"
      send={async () => {
        const { body } = await put.mutateAsync()
        toasts.done(doneWords(`${member.username} is ${chosen.join(', ') || 'a member without a role'}.`, body))
        onClose()
      }}
      onClose={onClose}
    >
      <Checkbox.Group
        label="Roles in it"
        description="They hold as soon as their apps refresh their tokens, within a second."
        value={[...chosen]}
        onChange={setChosen}
      >
        <div className={lists.fields} style={{ marginTop: 8, gap: 8 }}>
          {all.map((name) => (
            <Checkbox key={name} value={name} label={name} />
          ))}
        </div>
      </Checkbox.Group>
    </FormDialog>
  )
}
