import { type TSchema, Type } from 'typebox'
import { parameterText } from '../parameter-text.ts'

/** The body of `POST /recover/password` on the wire. */
export interface NewPasswordBody {
  readonly secret: string
  readonly password: string
}

export const newPasswordBodySchema: TSchema = Type.Object({
  secret: parameterText(128),
  password: parameterText(1024),
})
