import { type TSchema, Type } from 'typebox'

export interface LogQuery {
  readonly after: string
  readonly wait?: string
  readonly nonce?: string
}

/** Decimal, and never beyond the whole numbers that JavaScript has. */
const sequence = () => Type.String({ pattern: '^(0|[1-9][0-9]{0,14})$' })

/** What the guard makes up for one request, to be signed along. */
const nonce = () => Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_-]{16,64}$' }))

export const streamQuerySchema: TSchema = Type.Object({ after: sequence(), nonce: nonce() })

export const logQuerySchema: TSchema = Type.Object({
  after: sequence(),
  wait: Type.Optional(Type.String({ pattern: '^([1-9]|1[0-9]|2[0-5])$' })),
  nonce: nonce(),
})

export interface RewoundBody {
  readonly heartbeat: string
}

export const rewoundBodySchema: TSchema = Type.Object({ heartbeat: Type.String({ maxLength: 4096 }) })

export interface AcknowledgementBody {
  readonly guard: string
  readonly seq: number
  /** The checkpoint of the audit log that the guard keeps. */
  readonly checkpoint?: string
  /** One that the log does not go on from, by what the guard was answered. */
  readonly evidence?: string
}

/** A checkpoint of ours is a quarter of it. */
const checkpoint = () => Type.Optional(Type.String({ maxLength: 1024 }))

export const acknowledgementBodySchema: TSchema = Type.Object({
  guard: Type.String({ pattern: '^[A-Za-z0-9._-]{1,64}$' }),
  seq: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
  checkpoint: checkpoint(),
  evidence: checkpoint(),
})
