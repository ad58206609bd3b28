import { type TSchema, Type } from 'typebox'
import { parameterText } from '../parameter-text.ts'

/** The query of `GET /account/security/passkeys`. */
export interface PasskeysQuery {
  /** The credential id of a passkey that was removed just now. */
  readonly removed?: string
}

export const passkeysQuerySchema: TSchema = Type.Object({
  removed: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_-]{1,1364}$' })),
})

/** The body of `POST /account/security/passkeys/new`: the JSON of a new credential. */
export interface NewPasskeyBody {
  readonly credential: string
}

export const newPasskeyBodySchema: TSchema = Type.Object({ credential: parameterText(32_768) })

/** The body of `POST /account/security/passkeys`: what is done with one of them. */
export interface ChangeBody {
  readonly passkey: string
  readonly act: 'rename' | 'remove' | 'resume'
  readonly name?: string
}

export const changeBodySchema: TSchema = Type.Object({
  passkey: Type.String({ pattern: '^[A-Za-z0-9_-]{22}$' }),
  act: Type.String({ pattern: '^(rename|remove|resume)$' }),
  name: Type.Optional(parameterText(512)),
})

export interface OfferQuery {
  readonly return_to?: string
}

export const offerQuerySchema: TSchema = Type.Object({ return_to: Type.Optional(parameterText(2000)) })

/** The body of `POST /login/passkey-offer`: a new credential; none where the person has declined. */
export interface OfferBody {
  readonly credential?: string
  readonly return_to?: string
}

export const offerBodySchema: TSchema = Type.Object({
  credential: Type.Optional(parameterText(32_768)),
  return_to: Type.Optional(parameterText(2000)),
})
