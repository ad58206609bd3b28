import { hash } from 'node:crypto'
import { decodePadded } from './base64.ts'
import { type HashFault, type HashReading, writeTexts } from './hash-reading.ts'

const malformed: HashFault = {
  reason: 'malformed',
  sentence:
    'This LDAP hash is damaged. It must read {SSHA}, {SSHA256} or {SSHA512}, then hash and salt in one base64 text.',
}

const functions: Readonly<Record<string, readonly [name: string, bytes: number]>> = {
  SSHA: ['sha1', 20],
  SSHA256: ['sha256', 32],
  SSHA512: ['sha512', 64],
}

/**
 * Reads what LDAP directories hold: one SHA over password and salt, the salt behind the digest.
 *
 * @see RFC 2307 §5.3, https://www.openldap.org/doc/admin26/security.html
 */
export function readSaltedDigest(text: string): HashReading | HashFault {
  const [, scheme = '', encoded = ''] = /^\{([A-Za-z0-9]+)\}([A-Za-z0-9+/]+=*)$/.exec(text) ?? []
  const [name, length] = functions[scheme.toUpperCase()] ?? []
  const bytes = decodePadded(encoded)
  if (name === undefined || length === undefined || bytes === undefined) return malformed
  const [digest, salt] = [bytes.subarray(0, length), bytes.subarray(length)]
  if (salt.length < 4 || salt.length > 64) return malformed
  const write = (digestBytes: Buffer): string =>
    `{${scheme.toUpperCase()}}${Buffer.concat([digestBytes, salt]).toString('base64')}`
  return {
    ...writeTexts({ digest, write }),
    work: 0,
    isWeak: true,
    derive: async (password) => hash(name, Buffer.concat([Buffer.from(password), salt]), 'buffer'),
  }
}
