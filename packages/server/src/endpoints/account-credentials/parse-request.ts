import { type TSchema, Type } from 'typebox'
import { parameterText } from '../parameter-text.ts'

/** The body of `POST /account/security/email` on the wire. */
export interface EmailBody {
  readonly email: string
}

export const emailBodySchema: TSchema = Type.Object({ email: parameterText(320) })

/** The body of `POST /account/email` on the wire. */
export interface EmailProofBody {
  readonly secret: string
}

export const emailProofBodySchema: TSchema = Type.Object({ secret: parameterText(128) })

/** The body of `POST /account/security/username` on the wire. */
export interface UsernameBody {
  readonly username: string
}

export const usernameBodySchema: TSchema = Type.Object({ username: parameterText(1024) })

/** The body of `POST /account/security/password` on the wire. */
export interface PasswordBody {
  /** Absent or empty: there is none. */
  readonly current_password?: string
  readonly password: string
}

export const passwordBodySchema: TSchema = Type.Object({
  current_password: Type.Optional(parameterText(1024)),
  password: parameterText(1024),
})
