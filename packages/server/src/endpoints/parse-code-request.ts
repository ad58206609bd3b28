import { type TSchema, Type } from 'typebox'
import { parameterText } from './parameter-text.ts'

/** The query of a page that asks for a mail. */
export interface MailDoorQuery {
  readonly return_to?: string
}

export const mailDoorQuerySchema: TSchema = Type.Object({ return_to: Type.Optional(parameterText(2000)) })

/** Its form on the wire: the one field that the door has. */
export interface MailDoorBody extends MailDoorQuery {
  readonly login?: string
  readonly email?: string
}

export function mailDoorBodySchema(field: 'login' | 'email'): TSchema {
  return Type.Object({ [field]: parameterText(320), return_to: Type.Optional(parameterText(2000)) })
}

/** The query of a page that asks for the code of a mail. */
export interface CodeQuery {
  readonly challenge: string
  readonly return_to?: string
}

export const codeQuerySchema: TSchema = Type.Object({
  challenge: parameterText(64),
  return_to: Type.Optional(parameterText(2000)),
})

/** Its form on the wire. */
export interface CodeBody extends CodeQuery {
  readonly code: string
}

export const codeBodySchema: TSchema = Type.Object({
  challenge: parameterText(64),
  code: parameterText(64),
  return_to: Type.Optional(parameterText(2000)),
})

/** The query of a link in a mail. */
export interface LinkQuery {
  readonly secret: string
}

export const linkQuerySchema: TSchema = Type.Object({ secret: parameterText(128) })
