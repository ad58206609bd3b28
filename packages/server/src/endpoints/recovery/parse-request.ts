import { type TSchema, Type } from 'typebox'
import { parameterText } from '../parameter-text.ts'

export interface RecoveryQuery {
  readonly return_to?: string
}

export const recoveryQuerySchema: TSchema = Type.Object({ return_to: Type.Optional(parameterText(2000)) })

/** The body of `POST /recover` on the wire. */
export interface RecoveryBody {
  readonly login: string
  readonly return_to?: string
}

export const recoveryBodySchema: TSchema = Type.Object({
  login: parameterText(320),
  return_to: Type.Optional(parameterText(2000)),
})

/** The body of `POST /recover/password` on the wire. */
export interface NewPasswordBody {
  readonly secret: string
  readonly password: string
}

export const newPasswordBodySchema: TSchema = Type.Object({
  secret: parameterText(128),
  password: parameterText(1024),
})
