import { randomBytes } from 'node:crypto'

/** 120 random bits in 20 characters that need no quoting in a shell, a URL or a form. */
export function generatePassword(): string {
  return randomBytes(15).toString('base64url').replace(/^-/, 'A')
}
