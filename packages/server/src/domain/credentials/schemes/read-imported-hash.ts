import type { HashFault, HashReading } from './hash-reading.ts'
import { readArgon2Hash } from './read-argon2-hash.ts'
import { readAspnetHash } from './read-aspnet-hash.ts'
import { readBcryptHash } from './read-bcrypt-hash.ts'
import { readFirebaseHash } from './read-firebase-hash.ts'
import { readKeycloakCredential } from './read-keycloak-credential.ts'
import { readPbkdf2Hash } from './read-pbkdf2-hash.ts'
import { readPhpassHash } from './read-phpass-hash.ts'
import { readSaltedDigest } from './read-salted-digest.ts'
import { readScryptHash } from './read-scrypt-hash.ts'

const unknown: HashFault = {
  reason: 'unknown',
  sentence:
    'This is no hash that is known here. Accepted are Argon2, bcrypt, scrypt and PBKDF2, as PHC strings and as Werkzeug, Django, passlib, WordPress, PHPass, Firebase, Keycloak, ASP.NET Identity and LDAP ({SSHA}) write them.',
}

type Reader = (text: string) => HashReading | HashFault

/** By what a text begins with. What lies behind that belongs to the reader. */
const readers: readonly (readonly [beginning: RegExp, read: Reader])[] = [
  [/^\$argon2/, readArgon2Hash],
  // Django, OpenLDAP's pw-argon2.
  [/^argon2\$argon2/, (text) => readArgon2Hash(text.slice('argon2'.length))],
  [/^\{ARGON2\}/i, (text) => readArgon2Hash(text.slice('{ARGON2}'.length))],
  [/^(?:\$2[a-z]?\$|\$wp\$2|bcrypt\$|bcrypt_sha256\$|\{CRYPT\}\$2)/i, readBcryptHash],
  [/^(?:\$pbkdf2[-$]|pbkdf2:|pbkdf2_|\{PBKDF2)/i, readPbkdf2Hash],
  [/^\$?scrypt[:$]/, readScryptHash],
  [/^\$firebase-scrypt\$/, readFirebaseHash],
  [/^\$[PH]\$/, readPhpassHash],
  [/^\{SSHA/i, readSaltedDigest],
  [/^\s*\{\s*"/, readKeycloakCredential],
  // The first byte is 0, of 49; or it is 1, and the next three are 0.
  [/^AA[A-Za-z0-9+/]{64}==$|^AQAAAA/, readAspnetHash],
]

/** Reads a hash that another system made, by what it begins with. */
export function readImportedHash(text: string): HashReading | HashFault {
  const [, read] = readers.find(([beginning]) => beginning.test(text)) ?? []
  return read === undefined ? unknown : read(text)
}
