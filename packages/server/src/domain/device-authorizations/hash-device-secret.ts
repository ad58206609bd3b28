import { createHash } from 'node:crypto'

/** Of a device code or a user code, which rest as this alone. */
export function hashDeviceSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}
