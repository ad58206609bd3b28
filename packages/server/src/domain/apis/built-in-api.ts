import { ADMIN_AUDIENCE } from './admin-api.ts'

/** Whether an API is this server's own, which no operator changes or deletes. */
export function isBuiltInApi(audience: string): boolean {
  return audience === ADMIN_AUDIENCE
}
