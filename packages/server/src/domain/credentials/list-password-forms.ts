/**
 * What a password may have been hashed as: in NFC, as we do, and as it was typed, as most other systems do. Nearly always they are the same.
 */
export function listPasswordForms(password: string): readonly string[] {
  return [...new Set([password.normalize('NFC'), password])]
}
