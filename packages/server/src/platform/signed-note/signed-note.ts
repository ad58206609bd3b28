import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'

/** Who signs notes: a name, and the public half of an Ed25519 key. */
export interface NoteVerifier {
  readonly name: string
  readonly publicKey: KeyObject
}

export interface NoteSigner extends NoteVerifier {
  readonly privateKey: KeyObject
}

/** The type of an Ed25519 key in key ids and verifier keys. @see https://c2sp.org/signed-note#signature-types */
const ED25519 = 0x01

/** The four bytes by which a signature says whose key made it: SHA-256(name ‖ LF ‖ type ‖ public key). */
function noteKeyId({ name, publicKey }: NoteVerifier): Buffer {
  const hash = createHash('sha256').update(`${name}\n`).update(Buffer.of(ED25519)).update(rawKey(publicKey))
  return hash.digest().subarray(0, 4)
}

/** The text by which a verifier is handed on: name, key id and key, separated by `+`. @see https://c2sp.org/signed-note#verifier-keys */
export function renderVerifierKey(verifier: NoteVerifier): string {
  const key = Buffer.concat([Buffer.of(ED25519), rawKey(verifier.publicKey)])
  return `${verifier.name}+${noteKeyId(verifier).toString('hex')}+${key.toString('base64')}`
}

/** Reads a verifier key; undefined for what is none, or contradicts itself. */
export function parseVerifierKey(text: string): NoteVerifier | undefined {
  const [, name, id, encoded] = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]{44})$/u.exec(text) ?? []
  if (name === undefined || encoded === undefined) return undefined
  const bytes = Buffer.from(encoded, 'base64')
  if (bytes.length !== 33 || bytes[0] !== ED25519) return undefined
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: bytes.subarray(1).toString('base64url') }
  const verifier = { name, publicKey: createPublicKey({ key: jwk, format: 'jwk' }) }
  return noteKeyId(verifier).toString('hex') === id ? verifier : undefined
}

/** The text, which ends with a line feed, an empty line and the signature's line. */
export function signNote(text: string, signer: NoteSigner): string {
  const signature = Buffer.concat([noteKeyId(signer), sign(null, Buffer.from(text), signer.privateKey)])
  return `${text}\n— ${signer.name} ${signature.toString('base64')}\n`
}

/** The text that the verifier has signed; undefined when it has not signed this note. */
export function openNote(note: string, verifier: NoteVerifier): string | undefined {
  const end = note.lastIndexOf('\n\n')
  if (end < 0 || !note.endsWith('\n')) return undefined
  const text = note.slice(0, end + 1)
  const isSigned = note
    .slice(end + 2, -1)
    .split('\n')
    .some((line) => isSignature(line, text, verifier))
  return isSigned ? text : undefined
}

function isSignature(line: string, text: string, verifier: NoteVerifier): boolean {
  const [, name, encoded] = /^— ([^\s+]+) ([A-Za-z0-9+/]+=*)$/u.exec(line) ?? []
  if (name !== verifier.name || encoded === undefined) return false
  const bytes = Buffer.from(encoded, 'base64')
  // Node reads other spellings of the same bytes too.
  if (bytes.toString('base64') !== encoded) return false
  if (!bytes.subarray(0, 4).equals(noteKeyId(verifier))) return false
  return verify(null, Buffer.from(text), verifier.publicKey, bytes.subarray(4))
}

function rawKey(publicKey: KeyObject): Buffer {
  return Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url')
}
