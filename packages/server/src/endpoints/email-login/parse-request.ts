import { type TSchema, Type } from 'typebox'
import { parameterText } from '../parameter-text.ts'

/** The body of `POST /login/email/confirm` on the wire. */
export interface ConfirmationBody {
  readonly secret: string
}

export const confirmationBodySchema: TSchema = Type.Object({ secret: parameterText(128) })
