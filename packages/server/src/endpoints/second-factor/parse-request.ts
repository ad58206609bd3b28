import { type TSchema, Type } from 'typebox'
import { parameterText } from '../parameter-text.ts'

export interface SecondFactorQuery {
  readonly return_to?: string
  /** The session is to prove more, rather than a login that waits to go on. */
  readonly step_up?: string
}

export const secondFactorQuerySchema: TSchema = Type.Object({
  return_to: Type.Optional(parameterText(2000)),
  step_up: Type.Optional(parameterText(1)),
})

/** The body of `POST /login/second-factor` on the wire. */
export interface SecondFactorBody extends SecondFactorQuery {
  readonly factor: string
  /** What the page was shown for. */
  readonly step: string
  /** What was typed. */
  readonly code?: string
  /** What a passkey has answered: the JSON of a credential. */
  readonly credential?: string
  /** Not to be asked in this browser for a while. */
  readonly remember?: string
}

export const secondFactorBodySchema: TSchema = Type.Object({
  factor: parameterText(32, 1),
  step: Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' }),
  code: Type.Optional(parameterText(64)),
  credential: Type.Optional(parameterText(32_768)),
  remember: Type.Optional(parameterText(8)),
  return_to: Type.Optional(parameterText(2000)),
  step_up: Type.Optional(parameterText(1)),
})
