import { type TSchema, Type } from 'typebox'
import { parameterText } from '../parameter-text.ts'
import type { Wish } from '../resolve-wanted.ts'

/** The body of `POST /device-authorization` on the wire. Unknown parameters are ignored (RFC 6749 §3.1). */
export interface DeviceAuthorizationBody {
  readonly scope?: string
  readonly resource?: string
  readonly audience?: string
}

const text = (maxLength: number) => Type.Optional(parameterText(maxLength))

export const deviceAuthorizationBodySchema: TSchema = Type.Object({
  scope: text(4096),
  resource: text(512),
  audience: text(512),
  client_id: text(2000),
  client_secret: text(256),
})

/** RFC 8628 §3.1. An empty parameter counts as absent. `audience` is taken for `resource`; undefined when they name two APIs. */
export function parseDeviceAuthorization({ scope, resource, audience }: DeviceAuthorizationBody): Wish | undefined {
  if (resource && audience && resource !== audience) return undefined
  return { scope: scope || undefined, resource: resource || audience || undefined }
}
