import { Checkbox } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Api, Role } from '../../api/admin-api.ts'
import { askAdmin } from '../../api/ask-admin.ts'
import { ConfirmAct } from '../../elements/confirm-act.tsx'
import { useToasts } from '../../elements/toasts.tsx'
import { useMay, useSession } from '../../sign-in/session-context.tsx'
import classes from './roles.module.css'

interface Change {
  readonly role: Role
  readonly permission: string
  readonly isGiven: boolean
}

const ADMIN_AUDIENCE = 'urn:ostiary:admin'

/** The permissions of one API down, the roles across; a mark says which role permits which. */
export function PermissionMatrix({ api, roles }: { readonly api: Api; readonly roles: readonly Role[] }) {
  const mayWrite = useMay('roles:write')
  const [change, setChange] = useState<Change>()
  const shown = api.audience === ADMIN_AUDIENCE ? roles.filter((role) => !role.is_for_organizations) : roles
  return (
    <div className={classes.block}>
      <h3 className={classes.api}>
        {api.name} <span className="muted small">{api.audience}</span>
      </h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: WCAG 2.1.1: what can be scrolled sideways can be by keyboard. */}
      <section className={classes.frame} aria-label={`What permits what at ${api.name}`} tabIndex={0}>
        <table className={classes.matrix}>
          <thead>
            <tr>
              <th scope="col">Permission</th>
              {shown.map(({ name }) => (
                <th key={name} scope="col" className={classes.role}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {api.permissions.map(({ name, description }) => (
              <tr key={name}>
                <th scope="row">
                  <span className="mono">{name}</span>
                  {description !== null && <span className={classes.description}>{description}</span>}
                </th>
                {shown.map((role) => (
                  <td key={role.name}>
                    <Checkbox
                      size="sm"
                      aria-label={`${role.name} permits ${name}`}
                      checked={permits(role, api.audience, name)}
                      disabled={!mayWrite || role.is_built_in}
                      onChange={({ currentTarget }) =>
                        setChange({ role, permission: name, isGiven: currentTarget.checked })
                      }
                    />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <ConfirmChange api={api} change={change} onClose={() => setChange(undefined)} />
    </div>
  )
}

function permits(role: Role, audience: string, permission: string): boolean {
  return role.permissions.some((one) => one.audience === audience && one.permission === permission)
}

function ConfirmChange({
  api,
  change,
  onClose,
}: {
  readonly api: Api
  readonly change: Change | undefined
  readonly onClose: () => void
}) {
  const toasts = useToasts()
  const save = useSavePermission(api)
  if (!change) return null
  const { role, permission, isGiven } = change
  return (
    <ConfirmAct
      isOpen
      title={isGiven ? `Let ${role.name} permit ${permission}?` : `Take ${permission} from ${role.name}?`}
      verb={isGiven ? 'Permit' : 'Take away'}
      isDangerous={!isGiven}
      act={async () => {
        await save(change)
        toasts.done(isGiven ? `${role.name} permits ${permission}.` : `${role.name} permits ${permission} no more.`)
      }}
      onClose={onClose}
    >
      {isGiven
        ? `Whoever has the role may ${permission} at ${api.name} with their next token.`
        : `Whoever has the role may not ${permission} at ${api.name} any more: tokens that carry it are refused within a second.`}
    </ConfirmAct>
  )
}

/** Reads the role anew and changes this one permission of it: what somebody else changed meanwhile stays, or is told. */
function useSavePermission({ audience }: Api): (change: Change) => Promise<void> {
  const session = useSession()
  const queries = useQueryClient()
  return async ({ role, permission, isGiven }) => {
    const path = `/roles/${encodeURIComponent(role.name)}`
    const { body, etag } = await askAdmin<Role>(session, path)
    const others = body.permissions.filter((one) => one.audience !== audience || one.permission !== permission)
    const permissions = isGiven ? [...others, { audience, permission }] : others
    await askAdmin<Role>(session, path, { method: 'PATCH', body: { permissions }, ifMatch: etag })
    await queries.invalidateQueries({ queryKey: ['/roles'] })
  }
}
