import { type TSchema, Type } from 'typebox'
import { parameterText } from '../parameter-text.ts'

/** The body of `POST /setup` on the wire. */
export interface SetupBody {
  readonly code: string
  readonly username: string
  readonly email: string
  readonly password: string
}

export const setupBodySchema: TSchema = Type.Object({
  code: parameterText(64),
  username: parameterText(1024),
  email: parameterText(320),
  password: parameterText(1024),
})
