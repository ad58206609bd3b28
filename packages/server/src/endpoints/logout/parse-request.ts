import { type TSchema, Type } from 'typebox'
import { parameterText } from '../parameter-text.ts'

/** The body of `POST /logout` on the wire; a browser's form has none. */
export type LogoutBody =
  | {
      readonly refresh_token?: string
      readonly client_id?: string
      readonly everywhere?: boolean | string
    }
  | undefined

const text = (maxLength: number) => Type.Optional(parameterText(maxLength))

export const logoutBodySchema: TSchema = Type.Union([
  Type.Object({
    refresh_token: text(512),
    client_id: text(2000),
    everywhere: Type.Optional(Type.Union([Type.Boolean(), Type.String({ pattern: '^(true|false)$' })])),
  }),
  Type.Null(),
])
