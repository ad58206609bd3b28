import { type TSchema, Type } from 'typebox'
import { parameterText } from '../parameter-text.ts'

/** The body of `POST /account/security/totp` on the wire. */
export interface TotpBody {
  /** What the page has carried: the secret, sealed. */
  readonly enrolment: string
  readonly code: string
}

const totpFields = { enrolment: parameterText(512, 1), code: parameterText(64) }

export const totpBodySchema: TSchema = Type.Object(totpFields)

export interface EnrolQuery {
  readonly return_to?: string
  readonly step_up?: string
}

const enrolFields = { return_to: Type.Optional(parameterText(2000)), step_up: Type.Optional(parameterText(1)) }

export const enrolQuerySchema: TSchema = Type.Object(enrolFields)

/** The body of `POST /login/enrol` on the wire. */
export interface EnrolBody extends TotpBody, EnrolQuery {
  readonly step: string
}

export const enrolBodySchema: TSchema = Type.Object({
  ...totpFields,
  ...enrolFields,
  step: Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' }),
})

/** The body of `POST /account/security/remembered-devices` on the wire: a browser's id, or `all`. */
export interface ForgetBody {
  readonly forget: string
}

export const forgetBodySchema: TSchema = Type.Object({
  forget: Type.String({ pattern: '^(all|[A-Za-z0-9_-]{22})$' }),
})
