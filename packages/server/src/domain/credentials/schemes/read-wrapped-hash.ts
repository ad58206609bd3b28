import { decodeUnpadded, encodeUnpadded } from './base64.ts'
import type { HashFault, HashReading } from './hash-reading.ts'
import { readArgon2Hash } from './read-argon2-hash.ts'
import { readImportedHash } from './read-imported-hash.ts'

const malformed: HashFault = {
  reason: 'malformed',
  sentence:
    'This wrapped hash is damaged. It must read $wrapped$<recipe>$argon2id$…, with the recipe in base64 without padding.',
}

/**
 * Reads an old hash that Argon2id was put over: first the recipe of the old hash, then Argon2 over the digest that it gives. The old
 * digest itself is nowhere.
 */
export function readWrappedHash(text: string): HashReading | HashFault {
  const [, encoded = '', argon2Text = ''] = /^\$wrapped\$([A-Za-z0-9+/]+)(\$argon2.*)$/.exec(text) ?? []
  const recipe = decodeUnpadded(encoded)?.toString()
  if (recipe === undefined || recipe === '' || recipe.startsWith('$wrapped$')) return malformed
  const old = readImportedHash(recipe)
  if ('reason' in old) return old
  const argon2 = readArgon2Hash(argon2Text)
  if ('reason' in argon2) return argon2
  return {
    text: writeWrapped(old.recipe, argon2.text),
    recipe: writeWrapped(old.recipe, argon2.recipe),
    digest: argon2.digest,
    work: old.work + argon2.work,
    isWeak: false,
    derive: async (password) => {
      const digest = await old.derive(password)
      const made = await argon2.derive(digest ?? '')
      return digest && made
    },
  }
}

/** The text of a wrapped hash. */
export function writeWrapped(recipe: string, argon2Text: string): string {
  return `$wrapped$${encodeUnpadded(Buffer.from(recipe))}${argon2Text}`
}
