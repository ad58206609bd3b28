import { useLocation } from 'wouter'
import type { Organization } from '../../api/admin-api.ts'
import { useAdminAct } from '../../api/admin-queries.ts'
import { ActButton } from '../../elements/act-button.tsx'
import { doneWords, WAIT } from '../../elements/confirmation-words.ts'
import classes from '../../elements/lists.module.css'
import { PageSection } from '../../elements/page-frame.tsx'
import { useToasts } from '../../elements/toasts.tsx'
import { useMay } from '../../sign-in/session-context.tsx'
import { EditOrganization } from './edit-organization.tsx'

interface Acts {
  readonly organization: Organization
  readonly etag: string | undefined
}

export function OrganizationActs({ organization, etag }: Acts) {
  const mayWrite = useMay('organizations:write')
  if (!mayWrite) return null
  return (
    <PageSection title="What can be done">
      <div className={classes.acts}>
        <EditOrganization organization={organization} etag={etag} />
        <Toggle organization={organization} etag={etag} />
        <Delete organization={organization} etag={etag} />
      </div>
    </PageSection>
  )
}

function Toggle({ organization: { id, name, disabled_at }, etag }: Acts) {
  const toasts = useToasts()
  const isDisabled = disabled_at !== null
  const toggle = useAdminAct<unknown>(
    () => [
      `/organizations/${id}/${isDisabled ? 'enable' : 'disable'}`,
      { method: 'POST', ifMatch: etag, query: isDisabled ? {} : { wait: WAIT } },
    ],
    ['/organizations', '/sessions'],
  )
  return (
    <ActButton
      label={isDisabled ? 'Enable' : 'Disable'}
      title={isDisabled ? `Let people act for ${name} again?` : `Disable ${name}?`}
      verb={isDisabled ? 'Enable' : 'Disable'}
      isDangerous={!isDisabled}
      effect={
        isDisabled
          ? 'Its members can act for it again. Sessions that were ended stay so.'
          : 'What apps do for its members in it ends within a second. Their accounts stay.'
      }
      act={async () => {
        const { body } = await toggle.mutateAsync()
        toasts.done(doneWords(isDisabled ? `${name} is enabled.` : `${name} is disabled.`, body))
      }}
    />
  )
}

function Delete({ organization: { id, name }, etag }: Acts) {
  const toasts = useToasts()
  const [, navigate] = useLocation()
  const remove = useAdminAct<unknown>(
    () => [`/organizations/${id}`, { method: 'DELETE', ifMatch: etag, query: { wait: WAIT } }],
    ['/organizations', '/accounts', '/sessions'],
  )
  return (
    <ActButton
      label="Delete"
      title={`Delete ${name}?`}
      verb="Delete"
      effect="Its memberships and invitations go, and what apps do in it ends within a second. Accounts stay. It does not come back."
      act={async () => {
        const { body } = await remove.mutateAsync()
        toasts.done(doneWords(`${name} is deleted.`, body))
        navigate('/organizations')
      }}
    />
  )
}
