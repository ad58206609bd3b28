import { type TSchema, Type } from 'typebox'
import { parameterText } from '../parameter-text.ts'

/** The body of `POST /sign-up/account` on the wire. */
export interface NewAccountBody {
  readonly secret: string
  /** Empty or absent: the address is the name. */
  readonly username?: string
  readonly password: string
}

export const newAccountBodySchema: TSchema = Type.Object({
  secret: parameterText(128),
  username: Type.Optional(parameterText(1024)),
  password: parameterText(1024),
})
