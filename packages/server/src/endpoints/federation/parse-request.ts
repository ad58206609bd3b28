import { type TSchema, Type } from 'typebox'
import { parameterText } from '../parameter-text.ts'

/** The body of `POST /login/upstream/<id>` on the wire. */
export interface StartBody {
  readonly return_to?: string
}

export const startBodySchema: TSchema = Type.Object({ return_to: Type.Optional(parameterText(2000)) })

/** The body of `POST /login/upstream/<id>/callback` on the wire, as far as it is used. */
export interface CallbackBody {
  readonly code?: string
  readonly state?: string
  readonly iss?: string
  readonly error?: string
}

const callbackText = Type.Optional(parameterText(4096))

export const callbackBodySchema: TSchema = Type.Object({
  code: callbackText,
  state: callbackText,
  iss: callbackText,
  error: callbackText,
})

/** The body of `POST /login/link` on the wire. */
export interface LinkBody {
  readonly link: string
  readonly password: string
}

export const linkBodySchema: TSchema = Type.Object({
  link: Type.String({ pattern: '^[\\w-]{43}$' }),
  password: parameterText(512),
})

/** The body of `POST /account/upstreams` on the wire: the id of an upstream, in the member that says what is wanted. */
export interface ChangeBody {
  readonly connect?: string
  readonly disconnect?: string
}

const upstreamId = Type.Optional(Type.String({ pattern: '^[a-z\\d-]{1,32}$' }))

export const changeBodySchema: TSchema = Type.Object(
  { connect: upstreamId, disconnect: upstreamId },
  { minProperties: 1, maxProperties: 1 },
)
