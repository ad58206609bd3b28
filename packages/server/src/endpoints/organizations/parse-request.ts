import { type TSchema, Type } from 'typebox'
import { parameterText } from '../parameter-text.ts'

/** Path parameters of what stands below one organization. */
export interface OrganizationParams {
  readonly organization: string
}

/** The body of `POST /account/organizations/leave` on the wire. */
export interface LeaveBody {
  readonly organization: string
}

export const leaveBodySchema: TSchema = Type.Object({ organization: Type.String({ pattern: '^org_[\\w-]{22}$' }) })

/** The body of `POST /account/organizations/create` on the wire. */
export interface CreateBody {
  readonly name: string
}

export const createBodySchema: TSchema = Type.Object({ name: parameterText(512) })

/** The body of `POST /account/organizations/answer` on the wire. */
export interface AnswerBody {
  readonly invitation: string
  readonly answer: 'accept' | 'decline'
}

const invitationId = Type.String({ pattern: '^[\\w-]{22}$' })

export const answerBodySchema: TSchema = Type.Object({
  invitation: invitationId,
  answer: Type.String({ pattern: '^(accept|decline)$' }),
})

/** The body of `POST …/invite` on the wire; roles are members of their own, as `parseRoles` reads them. */
export interface InviteBody {
  readonly email: string
}

export const inviteBodySchema: TSchema = Type.Object({ email: parameterText(320) })

/** The body of `POST …/invitations` on the wire. */
export interface InvitationActBody {
  readonly invitation: string
  readonly act: 'resend' | 'revoke'
}

export const invitationActBodySchema: TSchema = Type.Object({
  invitation: invitationId,
  act: Type.String({ pattern: '^(resend|revoke)$' }),
})

/** The body of `POST …/members` on the wire: with `roles` those that are checked, and no others. */
export interface MemberActBody {
  readonly member: string
  readonly act: 'remove' | 'roles'
}

export const memberActBodySchema: TSchema = Type.Object({
  member: Type.String({ pattern: '^acc_[\\w-]{22}$' }),
  act: Type.String({ pattern: '^(remove|roles)$' }),
})

/** A checkbox each, since a parameter stands once (decision 0010). */
export const ROLE_FIELD = 'role:'

/** The roles that are checked, of those that can be given. */
export function parseRoles(body: object, known: readonly { readonly name: string }[]): readonly string[] {
  return known.map(({ name }) => name).filter((name) => Object.hasOwn(body, `${ROLE_FIELD}${name}`))
}
